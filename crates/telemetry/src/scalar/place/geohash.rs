//! Geohashes: the world halved in turns by longitude and latitude.

use bartizan_kql::value::Dynamic;

use super::sphere::{Point, polygon_json};

const LETTERS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
/// The longest geohash.
const MAX_LENGTH: usize = 18;

/// What a geohash stands for: degrees.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

impl Area {
    const WORLD: Self = Self { west: -180.0, east: 180.0, south: -90.0, north: 90.0 };

    pub(super) fn center(self) -> Point {
        Point {
            longitude: f64::midpoint(self.west, self.east),
            latitude: f64::midpoint(self.south, self.north),
        }
    }

    pub(super) fn polygon(self) -> Dynamic {
        let corner = |longitude, latitude| Point { longitude, latitude };
        polygon_json(&[
            corner(self.west, self.south),
            corner(self.east, self.south),
            corner(self.east, self.north),
            corner(self.west, self.north),
        ])
    }

    /// Keeps one half; bits at even places are of the longitude.
    fn halve(&mut self, even: bool, upper: bool) {
        let middle = self.center();
        match (even, upper) {
            (true, true) => self.west = middle.longitude,
            (true, false) => self.east = middle.longitude,
            (false, true) => self.south = middle.latitude,
            (false, false) => self.north = middle.latitude,
        }
    }
}

/// The geohash of a place, so long.
pub(super) fn of(at: Point, length: i64) -> Option<String> {
    let length = usize::try_from(length).ok().filter(|length| (1..=MAX_LENGTH).contains(length))?;
    let mut area = Area::WORLD;
    let mut out = String::with_capacity(length);
    let mut even = true;
    for _ in 0..length {
        let mut index = 0;
        for _ in 0..5 {
            let middle = area.center();
            let upper = if even {
                at.longitude >= middle.longitude
            } else {
                at.latitude >= middle.latitude
            };
            index = index * 2 + usize::from(upper);
            area.halve(even, upper);
            even = !even;
        }
        out.push(char::from(*LETTERS.get(index)?));
    }
    Some(out)
}

/// The area of a geohash.
pub(super) fn area(geohash: &str) -> Option<Area> {
    if geohash.is_empty() || geohash.len() > MAX_LENGTH {
        return None;
    }
    let mut area = Area::WORLD;
    let mut even = true;
    for letter in geohash.bytes() {
        let index = LETTERS.iter().position(|known| *known == letter.to_ascii_lowercase())?;
        for bit in [16, 8, 4, 2, 1] {
            area.halve(even, index & bit != 0);
            even = !even;
        }
    }
    Some(area)
}

/// The cells around: west, south-west, south, south-east, north-east, east, north, north-west.
pub(super) fn neighbors(geohash: &str) -> Option<Vec<String>> {
    let area = area(geohash)?;
    let (width, height) = (area.east - area.west, area.north - area.south);
    let center = area.center();
    let steps = [
        (-1.0, 0.0),
        (-1.0, -1.0),
        (0.0, -1.0),
        (1.0, -1.0),
        (1.0, 1.0),
        (1.0, 0.0),
        (0.0, 1.0),
        (-1.0, 1.0),
    ];
    let length = i64::try_from(geohash.len()).ok()?;
    let cells = steps.into_iter().filter_map(|(east, north)| {
        let longitude = (center.longitude + east * width + 540.0).rem_euclid(360.0) - 180.0;
        of(Point::at(longitude, center.latitude + north * height)?, length)
    });
    Some(cells.collect())
}
