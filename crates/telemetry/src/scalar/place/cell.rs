//! Cells of the S2 and H3 grids.

use bartizan_kql::function::Place as P;
use bartizan_kql::value::{Dynamic, Literal};
use h3o::{CellIndex, LatLng, Resolution};

use super::sphere::{Point, Vector, polygon_json};
use super::{level, point, texts};
use crate::scalar::arguments::{dynamic, string};
use crate::scalar::{Arguments, Implementation, Outcome};

/// The finest level of S2.
const MAX_LEVEL: u32 = 30;
/// The widest ring of H3 cells.
const MAX_RING: i64 = 142;

/// For each orientation of the curve, which quarter comes at which place.
const QUARTERS: [[u64; 4]; 4] = [[0, 1, 3, 2], [0, 2, 3, 1], [3, 2, 0, 1], [3, 1, 0, 2]];
/// How the orientation changes in each place.
const TURNS: [usize; 4] = [1, 0, 0, 3];

/// The S2 cell of a place.
pub(super) fn s2_of(at: Point, level: i64) -> Option<String> {
    let level = u32::try_from(level).ok().filter(|level| *level <= MAX_LEVEL)?;
    let (face, u, v) = face_of(at.vector());
    let (i, j) = (cell_number(s_of(u)), cell_number(s_of(v)));
    let mut orientation = usize::from(face & 1 == 1);
    let mut id = u64::from(face);
    for step in (0..level).map(|step| MAX_LEVEL - 1 - step) {
        let quarter = ((i >> step) & 1) << 1 | ((j >> step) & 1);
        let places = QUARTERS.get(orientation)?;
        let place = places.iter().position(|known| *known == quarter)?;
        id = id << 2 | u64::try_from(place).ok()?;
        orientation ^= TURNS.get(place).copied()?;
    }
    let id = (id << 1 | 1) << (60 - 2 * level);
    let token = format!("{id:016x}");
    Some(token.trim_end_matches('0').to_owned())
}

struct Cell {
    face: u8,
    i: u64,
    j: u64,
    level: u32,
}

fn s2_cell(token: &str) -> Option<Cell> {
    if token.is_empty() || token.len() > 16 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let id = u64::from_str_radix(&format!("{token:0<16}"), 16).ok()?;
    let end = id.trailing_zeros();
    let face = u8::try_from(id >> 61).ok()?;
    if id == 0 || face > 5 || end > 60 || end % 2 == 1 {
        return None;
    }
    let level = MAX_LEVEL - end / 2;
    let mut orientation = usize::from(face & 1 == 1);
    let (mut i, mut j) = (0, 0);
    for step in 0..level {
        let place = usize::try_from((id >> (59 - 2 * step)) & 3).ok()?;
        let quarter = *QUARTERS.get(orientation)?.get(place)?;
        i = i << 1 | quarter >> 1;
        j = j << 1 | quarter & 1;
        orientation ^= TURNS.get(place).copied()?;
    }
    Some(Cell { face, i, j, level })
}

impl Cell {
    #[expect(clippy::cast_precision_loss, reason = "at most thirty bits")]
    fn place(&self, east: f64, north: f64) -> Point {
        let size = 2_f64.powi(i32::try_from(self.level).unwrap_or_default());
        let u = u_of((self.i as f64 + east) / size);
        let v = u_of((self.j as f64 + north) / size);
        let (x, y, z) = match self.face {
            0 => (1.0, u, v),
            1 => (-u, 1.0, v),
            2 => (-u, -v, 1.0),
            3 => (-1.0, -v, -u),
            4 => (v, -1.0, -u),
            _ => (v, u, -1.0),
        };
        Vector { x, y, z }.point()
    }
}

/// The middle of an S2 cell.
pub(super) fn s2_center(token: &str) -> Option<Point> {
    s2_cell(token).map(|cell| cell.place(0.5, 0.5))
}

/// The corners of an S2 cell.
pub(super) fn s2_corners(token: &str) -> Option<Vec<Point>> {
    let cell = s2_cell(token)?;
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    Some(corners.into_iter().map(|(east, north)| cell.place(east, north)).collect())
}

/// The face of the cube that a direction meets, and where.
fn face_of(at: Vector) -> (u8, f64, f64) {
    let Vector { x, y, z } = at;
    let (ax, ay, az) = (x.abs(), y.abs(), z.abs());
    let axis = if ax > ay && ax > az {
        0
    } else if ay > az {
        1
    } else {
        2
    };
    match (axis, [x, y, z].get(axis).is_some_and(|side| *side < 0.0)) {
        (0, false) => (0, y / x, z / x),
        (1, false) => (1, -x / y, z / y),
        (2, false) => (2, -x / z, -y / z),
        (0, true) => (3, z / x, y / x),
        (1, true) => (4, z / y, -x / y),
        _ => (5, -y / z, -x / z),
    }
}

fn s_of(u: f64) -> f64 {
    if u >= 0.0 { 0.5 * (1.0 + 3.0 * u).sqrt() } else { 1.0 - 0.5 * (1.0 - 3.0 * u).sqrt() }
}

fn u_of(s: f64) -> f64 {
    if s >= 0.5 { (4.0 * s * s - 1.0) / 3.0 } else { (1.0 - 4.0 * (1.0 - s) * (1.0 - s)) / 3.0 }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to thirty bits"
)]
fn cell_number(s: f64) -> u64 {
    (s * 1_073_741_824.0).floor().clamp(0.0, 1_073_741_823.0) as u64
}

pub(super) fn find_h3(function: P) -> Option<Implementation> {
    Some(match function {
        P::PointToH3cell => |args| {
            let found = point(args, 0).and_then(|at| {
                let resolution = if args.len() > 2 { args.long(2)? } else { 6 };
                let place = LatLng::new(at.latitude, at.longitude).ok()?;
                Some(place.to_cell(resolution_of(resolution)?).to_string())
            });
            string(found.unwrap_or_default())
        },
        P::H3cellToCentralPoint => |args| {
            let place = h3_cell(args.text(0)).map(LatLng::from).map(place_of);
            place.map_or(Ok(Literal::Null), |place| dynamic(place.json()))
        },
        P::H3cellToPolygon => |args| {
            let corners = h3_cell(args.text(0))
                .map(|cell| cell.boundary().iter().copied().map(place_of).collect::<Vec<_>>());
            corners.map_or(Ok(Literal::Null), |corners| dynamic(polygon_json(&corners)))
        },
        P::H3cellNeighbors => |args| {
            // The language tells them by direction, not around.
            let cells = h3_cell(args.text(0)).map(|cell| {
                let ring = ring(cell, 1);
                match ring.as_slice() {
                    [a, b, c, d, e, f] => [d, f, e, c, b, a].map(Clone::clone).to_vec(),
                    _ => ring,
                }
            });
            cells.map_or(Ok(Literal::Null), |cells| dynamic(texts(cells)))
        },
        P::H3cellChildren => |args| {
            let children = h3_cell(args.text(0)).and_then(|cell| {
                let own = i64::from(u8::from(cell.resolution()));
                let wanted = if args.len() > 1 { args.long(1)? } else { own + 1 };
                let resolution =
                    resolution_of(wanted).filter(|_| wanted > own && wanted - own <= 6)?;
                Some(cell.children(resolution).map(|child| child.to_string()).collect())
            });
            children.map_or(Ok(Literal::Null), |cells| dynamic(texts(cells)))
        },
        P::H3cellParent => |args| {
            let parent = h3_cell(args.text(0)).and_then(|cell| {
                let own = i64::from(u8::from(cell.resolution()));
                let wanted = if args.len() > 1 { args.long(1)? } else { own - 1 };
                let resolution = resolution_of(wanted).filter(|_| wanted < own)?;
                cell.parent(resolution).map(|parent| parent.to_string())
            });
            string(parent.unwrap_or_default())
        },
        P::H3cellRings => rings,
        P::H3cellLevel => {
            |args| level(h3_cell(args.text(0)).map(|cell| i64::from(u8::from(cell.resolution()))))
        }
        _ => return None,
    })
}

fn h3_cell(text: &str) -> Option<CellIndex> {
    text.parse().ok()
}

fn resolution_of(resolution: i64) -> Option<Resolution> {
    Resolution::try_from(u8::try_from(resolution).ok()?).ok()
}

fn place_of(place: LatLng) -> Point {
    Point { longitude: place.lng(), latitude: place.lat() }
}

/// The cells at a distance.
fn ring(cell: CellIndex, distance: u32) -> Vec<String> {
    let found: Option<Vec<CellIndex>> = cell.grid_ring_fast(distance).collect();
    let cells = found.unwrap_or_else(|| {
        let within = cell.grid_disk_distances::<Vec<_>>(distance);
        within.into_iter().filter(|(_, at)| *at == distance).map(|(cell, _)| cell).collect()
    });
    let mut cells: Vec<String> = cells.into_iter().map(|cell| cell.to_string()).collect();
    if distance > 0 && !cells.is_empty() {
        cells.rotate_left(1);
    }
    cells
}

fn rings(args: &Arguments<'_>) -> Outcome {
    let distance = args.long(1).filter(|distance| (0..=MAX_RING).contains(distance));
    let distance = distance.and_then(|distance| u32::try_from(distance).ok());
    let Some((cell, distance)) = h3_cell(args.text(0)).zip(distance) else {
        return Ok(Literal::Null);
    };
    let rings = (0..=distance).map(|distance| texts(ring(cell, distance)));
    dynamic(Dynamic::Array(rings.collect()))
}
