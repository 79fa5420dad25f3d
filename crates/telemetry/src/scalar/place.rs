//! Functions of places on the earth, as a sphere of the radius that the language uses.
//!
//! Shapes are GeoJSON; what is no valid place or shape gives null. Shapes made of shapes (unions, buffers,
//! intersections) are not here.

mod cell;
mod geohash;
mod shape;
mod sphere;
mod wkt;

use bartizan_kql::Type;
use bartizan_kql::function::{Engine as E, Place as P};
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{dynamic, real, string, truth, whole};
use super::{Arguments, Implementation, Outcome, ScalarError};
use shape::{Line, Polygon};
use sphere::{EARTH_RADIUS, Point};

pub(super) fn find(function: P) -> Option<Implementation> {
    Some(match function {
        P::FromWkt => |args| wkt::read(args.text(0)).map_or(Ok(Literal::Null), dynamic),
        P::Azimuth => |args| real(azimuth(args)),
        P::Angle => |args| real(angle(args)),
        P::Distance2Points => distance,
        P::PointInCircle => |args| truth(in_circle(args)),
        P::PointInPolygon => |args| {
            truth(point(args, 0).and_then(|at| Some(Polygon::of(args.dynamic(2))?.contains(at))))
        },
        P::DistancePointToLine => |args| {
            let found = point(args, 0).and_then(|at| Some((at, Line::of(args.dynamic(2))?)));
            real(found.map(|(at, line)| line.distance(at) * EARTH_RADIUS))
        },
        P::DistancePointToPolygon => |args| {
            let found = point(args, 0).and_then(|at| Some((at, Polygon::of(args.dynamic(2))?)));
            real(found.map(|(at, polygon)| {
                if polygon.contains(at) { 0.0 } else { polygon.edge().distance(at) * EARTH_RADIUS }
            }))
        },
        P::ClosestPointOnLine => |args| {
            let found = point(args, 0).and_then(|at| Some((at, Line::of(args.dynamic(2))?)));
            found.map_or(Ok(Literal::Null), |(at, line)| dynamic(line.closest(at).json()))
        },
        P::ClosestPointOnPolygon => |args| {
            let found = point(args, 0).and_then(|at| Some((at, Polygon::of(args.dynamic(2))?)));
            found.map_or(Ok(Literal::Null), |(at, polygon)| {
                let inside = polygon.contains(at);
                dynamic(if inside { at } else { polygon.edge().closest(at) }.json())
            })
        },
        P::LineLength => {
            |args| real(Line::of(args.dynamic(0)).map(|line| line.length() * EARTH_RADIUS))
        }
        P::PolygonPerimeter => |args| {
            let polygon = Polygon::of(args.dynamic(0)).filter(Polygon::is_single);
            real(polygon.map(|polygon| polygon.edge().length() * EARTH_RADIUS))
        },
        P::LineCentroid => |args| {
            let centre = Line::of(args.dynamic(0)).map(|line| line.centroid().json());
            centre.map_or(Ok(Literal::Null), dynamic)
        },
        P::PolygonCentroid => polygon_centroid,
        P::LineInterpolatePoint => |args| {
            let found = Line::of(args.dynamic(0)).and_then(|line| {
                let fraction = args.real(1).filter(|part| (0.0..=1.0).contains(part))?;
                line.interpolated(fraction)
            });
            found.map_or(Ok(Literal::Null), |place| dynamic(place.json()))
        },
        P::LineLocatePoint => locate_point,
        P::Intersects2Lines => |args| {
            let lines = Line::of(args.dynamic(0)).zip(Line::of(args.dynamic(1)));
            truth(lines.map(|(left, right)| left.meets(&right)))
        },
        P::IntersectsLineWithPolygon => |args| {
            let both = Line::of(args.dynamic(0)).zip(Polygon::of(args.dynamic(1)));
            truth(both.map(|(line, polygon)| polygon.meets_line(&line)))
        },
        P::Intersects2Polygons => |args| {
            let both = Polygon::of(args.dynamic(0)).zip(Polygon::of(args.dynamic(1)));
            truth(both.map(|(left, right)| left.meets(&right)))
        },
        P::PolygonArea => polygon_area,
        _ => return find_cells(function),
    })
}

/// Functions of the cells of grids.
fn find_cells(function: P) -> Option<Implementation> {
    Some(match function {
        P::PointToGeohash => |args| {
            let accuracy = if args.len() > 2 { args.long(2) } else { Some(5) };
            let found = point(args, 0).and_then(|at| geohash::of(at, accuracy?));
            string(found.unwrap_or_default())
        },
        P::GeohashToCentralPoint => |args| {
            geohash::area(args.text(0))
                .map_or(Ok(Literal::Null), |area| dynamic(area.center().json()))
        },
        P::GeohashToPolygon => |args| {
            geohash::area(args.text(0)).map_or(Ok(Literal::Null), |area| dynamic(area.polygon()))
        },
        P::GeohashNeighbors => |args| {
            geohash::neighbors(args.text(0))
                .map_or(Ok(Literal::Null), |cells| dynamic(texts(cells)))
        },
        P::PointToS2cell => |args| {
            let level = if args.len() > 2 { args.long(2) } else { Some(11) };
            let found = point(args, 0).and_then(|at| cell::s2_of(at, level?));
            string(found.unwrap_or_default())
        },
        P::S2cellToCentralPoint => |args| {
            cell::s2_center(args.text(0)).map_or(Ok(Literal::Null), |place| dynamic(place.json()))
        },
        P::S2cellToPolygon => |args| {
            cell::s2_corners(args.text(0))
                .map_or(Ok(Literal::Null), |corners| dynamic(sphere::polygon_json(&corners)))
        },
        P::PointToH3cell
        | P::H3cellToCentralPoint
        | P::H3cellToPolygon
        | P::H3cellNeighbors
        | P::H3cellChildren
        | P::H3cellParent
        | P::H3cellRings
        | P::H3cellLevel => return cell::find_h3(function),
        // The neighbours of S2 cells are listed by the language in no order that could be told.
        _ => return None,
    })
}

fn texts(cells: Vec<String>) -> Dynamic {
    Dynamic::Array(cells.into_iter().map(Dynamic::String).collect())
}

/// The place at two arguments, a longitude and a latitude.
fn point(args: &Arguments<'_>, index: usize) -> Option<Point> {
    Point::at(args.real(index)?, args.real(index + 1)?)
}

fn azimuth(args: &Arguments<'_>) -> Option<f64> {
    let (from, to) = (point(args, 0)?, point(args, 2)?);
    let (lat1, lat2) = (from.latitude.to_radians(), to.latitude.to_radians());
    let east = (to.longitude - from.longitude).to_radians();
    let y = east.sin() * lat2.cos();
    let x = lat1.cos() * lat2.sin() - lat1.sin() * lat2.cos() * east.cos();
    Some(y.atan2(x).rem_euclid(std::f64::consts::TAU))
}

fn angle(args: &Arguments<'_>) -> Option<f64> {
    let (first, middle, last) = (point(args, 0)?, point(args, 2)?, point(args, 4)?);
    let (a, b, c) = (first.vector(), middle.vector(), last.vector());
    Some(b.cross(a).angle(b.cross(c)))
}

fn distance(args: &Arguments<'_>) -> Outcome {
    let spheroid = matches!(args.value(4), Literal::Bool(true))
        || args.real(4).is_some_and(|number| number != 0.0);
    if spheroid {
        return Err(ScalarError::Unsupported("geo_distance_2points on a spheroid".to_owned()));
    }
    let points = point(args, 0).zip(point(args, 2));
    real(points.map(|(from, to)| from.distance(to) * EARTH_RADIUS))
}

fn in_circle(args: &Arguments<'_>) -> Option<bool> {
    let (at, centre) = (point(args, 0)?, point(args, 2)?);
    let radius = args.real(4).filter(|radius| *radius >= 0.0)?;
    Some(at.distance(centre) * EARTH_RADIUS <= radius)
}

fn polygon_centroid(args: &Arguments<'_>) -> Outcome {
    let Some(polygon) = Polygon::of(args.dynamic(0)) else { return Ok(Literal::Null) };
    if !polygon.is_single() {
        return Err(ScalarError::Unsupported("geo_polygon_centroid of several shapes".to_owned()));
    }
    polygon.centroid().map_or(Ok(Literal::Null), |place| dynamic(place.json()))
}

fn polygon_area(args: &Arguments<'_>) -> Outcome {
    let Some(polygon) = Polygon::of(args.dynamic(0)) else { return Ok(Literal::Null) };
    if !polygon.is_single() {
        return Err(ScalarError::Unsupported("geo_polygon_area of several shapes".to_owned()));
    }
    real(Some(polygon.area() * EARTH_RADIUS * EARTH_RADIUS))
}

fn locate_point(args: &Arguments<'_>) -> Outcome {
    let Some(line) = Line::of(args.dynamic(0)) else { return Ok(Literal::Null) };
    if args.len() > 3 && !matches!(args.value(3), Literal::Bool(false)) {
        return Err(ScalarError::Unsupported("geo_line_locate_point on a spheroid".to_owned()));
    }
    real(point(args, 1).and_then(|at| line.located(at)))
}

/// Functions that make shapes of shapes: invalid ones give null, as everywhere; of the others only what is
/// simple is worked out, the rest is refused.
pub(super) fn find_shapes(function: E) -> Option<Implementation> {
    Some(match function {
        E::GeoIntersection2lines => |args| {
            let (Some(left), Some(right)) = (Line::of(args.dynamic(0)), Line::of(args.dynamic(1)))
            else {
                return Ok(Literal::Null);
            };
            match left.crossing(&right) {
                Some(place) => dynamic(place.json()),
                None => Err(refused("geo_intersection_2lines of lines that do not just cross")),
            }
        },
        E::GeoIntersectionLineWithPolygon => |args| {
            let valid =
                Line::of(args.dynamic(0)).is_some() && Polygon::of(args.dynamic(1)).is_some();
            null_unless(valid, "geo_intersection_line_with_polygon")
        },
        E::GeoIntersection2polygons => |args| {
            let valid =
                Polygon::of(args.dynamic(0)).is_some() && Polygon::of(args.dynamic(1)).is_some();
            null_unless(valid, "geo_intersection_2polygons")
        },
        E::GeoUnionPolygonsArray | E::GeoSimplifyPolygonsArray => |args| {
            let all = args.array(0).is_some_and(|shapes| {
                !shapes.is_empty() && shapes.iter().all(|shape| Polygon::of(shape).is_some())
            });
            null_unless(all, "joining polygons")
        },
        E::GeoUnionLinesArray => |args| {
            let all = args.array(0).is_some_and(|shapes| {
                !shapes.is_empty() && shapes.iter().all(|shape| Line::of(shape).is_some())
            });
            null_unless(all, "joining lines")
        },
        E::GeoPolygonToH3cells
        | E::GeoPolygonToS2cells
        | E::GeoPolygonDensify
        | E::GeoPolygonSimplify => |args| {
            null_unless(Polygon::of(args.dynamic(0)).is_some(), "covering or changing polygons")
        },
        E::GeoPolygonBuffer => |args| {
            let valid = Polygon::of(args.dynamic(0)).is_some()
                && args.real(1).is_some_and(|radius| radius > 0.0);
            null_unless(valid, "geo_polygon_buffer")
        },
        E::GeoLineBuffer => |args| {
            let valid = Line::of(args.dynamic(0)).is_some()
                && args.real(1).is_some_and(|radius| radius > 0.0);
            null_unless(valid, "geo_line_buffer")
        },
        E::GeoLineDensify | E::GeoLineSimplify | E::GeoLineToS2cells => {
            |args| null_unless(Line::of(args.dynamic(0)).is_some(), "covering or changing lines")
        }
        E::GeoPointBuffer => |args| {
            let valid = point(args, 0).is_some() && args.real(2).is_some_and(|radius| radius > 0.0);
            null_unless(valid, "geo_point_buffer")
        },
        _ => return None,
    })
}

fn refused(what: &str) -> ScalarError {
    ScalarError::Unsupported(what.to_owned())
}

fn null_unless(valid: bool, what: &str) -> Outcome {
    if valid { Err(refused(what)) } else { Ok(Literal::Null) }
}

/// A whole number as the language's `int`.
fn level(value: Option<i64>) -> Outcome {
    whole(value, Type::Int)
}
