//! Lines and polygons of GeoJSON.

use bartizan_kql::value::Dynamic;

use super::sphere::{Point, Vector};
use crate::value;

/// One or more lines.
#[derive(Debug, Clone)]
pub(super) struct Line {
    parts: Vec<Vec<Vector>>,
}

/// One or more polygons: for each its outer ring, then its holes; rings without the last corner.
#[derive(Debug, Clone)]
pub(super) struct Polygon {
    parts: Vec<Vec<Vec<Vector>>>,
}

fn property<'a>(json: &'a Dynamic, name: &str) -> Option<&'a Dynamic> {
    match json {
        Dynamic::Object(properties) => {
            properties.iter().find(|(known, _)| known == name).map(|(_, value)| value)
        }
        _ => None,
    }
}

fn items(json: &Dynamic) -> Option<&[Dynamic]> {
    match json {
        Dynamic::Array(items) => Some(items),
        _ => None,
    }
}

fn parsed(json: &Dynamic) -> Option<(&str, &[Dynamic])> {
    let Dynamic::String(ty) = property(json, "type")? else { return None };
    Some((ty.as_str(), items(property(json, "coordinates")?)?))
}

fn places(json: &[Dynamic]) -> Option<Vec<Vector>> {
    let place = |json: &Dynamic| {
        let [longitude, latitude, ..] = items(json)? else { return None };
        let number = |json: &Dynamic| value::to_real(&value::held(json));
        Some(Point::at(number(longitude)?, number(latitude)?)?.vector())
    };
    json.iter().map(place).collect()
}

fn line(json: &[Dynamic]) -> Option<Vec<Vector>> {
    let mut places = places(json)?;
    places.dedup();
    (places.len() >= 2).then_some(places)
}

fn ring(json: &[Dynamic]) -> Option<Vec<Vector>> {
    let mut corners = places(json)?;
    if json.len() < 4 || corners.first() != corners.last() {
        return None;
    }
    corners.pop();
    corners.dedup();
    (corners.len() >= 3).then_some(corners)
}

fn rings(json: &[Dynamic]) -> Option<Vec<Vec<Vector>>> {
    let rings: Vec<_> = json.iter().map(|json| ring(items(json)?)).collect::<Option<_>>()?;
    (!rings.is_empty()).then_some(rings)
}

/// A part of several, which may be wrapped once more than it has to be.
fn part(json: &Dynamic) -> Option<&[Dynamic]> {
    let depth = |json: &Dynamic| {
        let mut depth = 0;
        let mut at = json;
        while let Dynamic::Array(items) = at {
            depth += 1;
            let Some(first) = items.first() else { break };
            at = first;
        }
        depth
    };
    match items(json)? {
        [only] if depth(json) > 3 => items(only),
        rings => Some(rings),
    }
}

impl Line {
    pub(super) fn of(json: &Dynamic) -> Option<Self> {
        let (ty, coordinates) = parsed(json)?;
        let parts = match ty {
            "LineString" => vec![line(coordinates)?],
            "MultiLineString" => {
                coordinates.iter().map(|json| line(items(json)?)).collect::<Option<Vec<_>>>()?
            }
            _ => return None,
        };
        (!parts.is_empty()).then_some(Self { parts })
    }

    fn edges(&self) -> impl Iterator<Item = (Vector, Vector)> {
        self.parts
            .iter()
            .flat_map(|part| part.iter().zip(part.iter().skip(1)).map(|(from, to)| (*from, *to)))
    }

    pub(super) fn length(&self) -> f64 {
        self.edges().map(|(from, to)| from.angle(to)).sum()
    }

    pub(super) fn distance(&self, at: Point) -> f64 {
        let at = at.vector();
        self.edges().map(|edge| at.angle(nearest(at, edge))).fold(f64::INFINITY, f64::min)
    }

    pub(super) fn closest(&self, at: Point) -> Point {
        let at = at.vector();
        let best = self
            .edges()
            .map(|edge| nearest(at, edge))
            .min_by(|left, right| at.angle(*left).total_cmp(&at.angle(*right)));
        best.unwrap_or(at).point()
    }

    pub(super) fn centroid(&self) -> Point {
        let sum = self.edges().fold(Vector::ZERO, |sum, (from, to)| {
            let (along, middle) = (from - to, from + to);
            sum + middle * (along.norm() / middle.norm())
        });
        sum.point()
    }

    /// The place so far along a single line.
    pub(super) fn interpolated(&self, fraction: f64) -> Option<Point> {
        if self.parts.len() != 1 {
            return None;
        }
        let mut left = self.length() * fraction;
        let mut last = None;
        for (from, to) in self.edges() {
            let length = from.angle(to);
            if left <= length {
                return Some(along(from, to, left).point());
            }
            left -= length;
            last = Some(to);
        }
        last.map(Vector::point)
    }

    /// How far along a single line the nearest place is.
    pub(super) fn located(&self, at: Point) -> Option<f64> {
        if self.parts.len() != 1 {
            return None;
        }
        let at = at.vector();
        let (mut passed, mut best) = (0.0, (f64::INFINITY, 0.0));
        for (from, to) in self.edges() {
            let place = nearest(at, (from, to));
            let distance = at.angle(place);
            if distance < best.0 {
                best = (distance, passed + from.angle(place));
            }
            passed += from.angle(to);
        }
        Some((best.1 / passed).clamp(0.0, 1.0))
    }

    /// The one place where two lines cross, if it is one and they do not touch elsewhere.
    pub(super) fn crossing(&self, other: &Self) -> Option<Point> {
        let pairs = self.edges().flat_map(|one| other.edges().map(move |two| (one, two)));
        let crossing = pairs.filter(|(one, two)| cross(*one, *two));
        let found: Vec<Vector> = crossing.map(|(one, two)| meeting(one, two)).collect();
        match found.as_slice() {
            [only] if only.norm() > 0.5 => Some(only.point()),
            _ => None,
        }
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.edges().any(|left| other.edges().any(|right| cross(left, right)))
    }
}

/// The place on an edge that is nearest.
fn nearest(at: Vector, (from, to): (Vector, Vector)) -> Vector {
    let normal = from.cross(to).unit();
    if normal.norm() > 0.0 {
        let foot = (at - normal * at.dot(normal)).unit();
        if normal.cross(from).dot(foot) >= 0.0 && to.cross(normal).dot(foot) >= 0.0 {
            return foot;
        }
    }
    if at.angle(from) <= at.angle(to) { from } else { to }
}

/// The place at an angle from the start of an edge.
fn along(from: Vector, to: Vector, angle: f64) -> Vector {
    let across = from.cross(to).cross(from).unit();
    from * angle.cos() + across * angle.sin()
}

/// Where the great circles of two edges meet, on the side of the first.
fn meeting((a, b): (Vector, Vector), (c, d): (Vector, Vector)) -> Vector {
    let place = a.cross(b).cross(c.cross(d)).unit();
    if place.dot(a + b) < 0.0 { place * -1.0 } else { place }
}

/// Whether two edges cross or touch.
fn cross((a, b): (Vector, Vector), (c, d): (Vector, Vector)) -> bool {
    const TOUCH: f64 = 1e-15;
    let side = |from: Vector, to: Vector, at: Vector| from.cross(to).dot(at);
    let (c_side, d_side) = (side(a, b, c), side(a, b, d));
    let (a_side, b_side) = (side(c, d, a), side(c, d, b));
    if c_side * d_side < 0.0 && a_side * b_side < 0.0 {
        // Not on opposite sides of the earth.
        return (a + b).dot(c + d) > 0.0;
    }
    let touches = |at: Vector, edge: (Vector, Vector)| at.angle(nearest(at, edge)) < TOUCH;
    touches(c, (a, b)) || touches(d, (a, b)) || touches(a, (c, d)) || touches(b, (c, d))
}

impl Polygon {
    pub(super) fn of(json: &Dynamic) -> Option<Self> {
        let (ty, coordinates) = parsed(json)?;
        let parts = match ty {
            "Polygon" => vec![rings(coordinates)?],
            "MultiPolygon" => {
                coordinates.iter().map(|json| rings(part(json)?)).collect::<Option<Vec<_>>>()?
            }
            _ => return None,
        };
        (!parts.is_empty()).then_some(Self { parts })
    }

    pub(super) const fn is_single(&self) -> bool {
        self.parts.len() == 1
    }

    /// Its rings as lines.
    pub(super) fn edge(&self) -> Line {
        let closed = |ring: &Vec<Vector>| ring.iter().chain(ring.first()).copied().collect();
        Line { parts: self.parts.iter().flatten().map(closed).collect() }
    }

    pub(super) fn contains(&self, at: Point) -> bool {
        let at = at.vector();
        self.parts.iter().any(|rings| match rings.split_first() {
            Some((outer, holes)) => winds(outer, at) && !holes.iter().any(|hole| winds(hole, at)),
            None => false,
        })
    }

    fn corners(&self) -> impl Iterator<Item = Vector> {
        self.parts.iter().flatten().flatten().copied()
    }

    pub(super) fn meets_line(&self, line: &Line) -> bool {
        self.edge().meets(line)
            || line.parts.iter().flatten().any(|place| self.contains(place.point()))
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.edge().meets(&other.edge())
            || other.corners().any(|corner| self.contains(corner.point()))
            || self.corners().any(|corner| other.contains(corner.point()))
    }

    pub(super) fn area(&self) -> f64 {
        let area = |ring: &[Vector]| triangles(ring).map(signed_area).sum::<f64>().abs();
        let of_part = |rings: &Vec<Vec<Vector>>| match rings.split_first() {
            Some((outer, holes)) => area(outer) - holes.iter().map(|hole| area(hole)).sum::<f64>(),
            None => 0.0,
        };
        self.parts.iter().map(of_part).sum()
    }

    /// The centre of mass; nothing where there is no area.
    pub(super) fn centroid(&self) -> Option<Point> {
        let mut sum = Vector::ZERO;
        for rings in &self.parts {
            for (index, ring) in rings.iter().enumerate() {
                let centre =
                    triangles(ring).fold(Vector::ZERO, |sum, corners| sum + centre(corners));
                let turned: f64 = triangles(ring).map(signed_area).sum();
                // The outer ring counts, and holes are taken away, whichever way they turn.
                let sign = if (turned < 0.0) == (index == 0) { -1.0 } else { 1.0 };
                sum = sum + centre * sign;
            }
        }
        (sum.norm() > 1e-20 && self.area() > 0.0).then(|| sum.point())
    }
}

/// Whether a ring goes around a place.
fn winds(ring: &[Vector], at: Vector) -> bool {
    let flat = |corner: Vector| corner - at * corner.dot(at);
    let corners = ring.iter().zip(ring.iter().cycle().skip(1));
    let turned: f64 = corners
        .map(|(from, to)| {
            let (from, to) = (flat(*from), flat(*to));
            from.cross(to).dot(at).atan2(from.dot(to))
        })
        .sum();
    turned.abs() > std::f64::consts::PI
}

type Triangle = (Vector, Vector, Vector);

fn triangles(ring: &[Vector]) -> impl Iterator<Item = Triangle> {
    let first = ring.first().copied().unwrap_or(Vector::ZERO);
    ring.iter().skip(1).zip(ring.iter().skip(2)).map(move |(b, c)| (first, *b, *c))
}

fn signed_area((a, b, c): Triangle) -> f64 {
    let turned = a.dot((b - a).cross(c - a));
    2.0 * turned.atan2(1.0 + a.dot(b) + b.dot(c) + c.dot(a))
}

/// The centre of a triangle times its signed area; stable for small ones.
fn centre((a, b, c): Triangle) -> Vector {
    let ratio = |angle: f64| if angle == 0.0 { 1.0 } else { angle / angle.sin() };
    let (ra, rb, rc) = (ratio(b.angle(c)), ratio(c.angle(a)), ratio(a.angle(b)));
    let x = Vector { x: a.x, y: b.x - a.x, z: c.x - a.x };
    let y = Vector { x: a.y, y: b.y - a.y, z: c.y - a.y };
    let z = Vector { x: a.z, y: b.z - a.z, z: c.z - a.z };
    let r = Vector { x: ra, y: rb - ra, z: rc - ra };
    Vector { x: y.cross(z).dot(r), y: z.cross(x).dot(r), z: x.cross(y).dot(r) } * 0.5
}
