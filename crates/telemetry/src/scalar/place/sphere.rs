//! Points on the sphere, as angles and as vectors.

use std::ops::{Add, Mul, Sub};

use bartizan_kql::value::Dynamic;

/// Metres.
pub(super) const EARTH_RADIUS: f64 = 6_371_010.0;

/// A place: degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) longitude: f64,
    pub(super) latitude: f64,
}

impl Point {
    /// The place, if there is one.
    pub(super) fn at(longitude: f64, latitude: f64) -> Option<Self> {
        let valid = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
        valid.then_some(Self { longitude, latitude })
    }

    pub(super) fn vector(self) -> Vector {
        let (longitude, latitude) = (self.longitude.to_radians(), self.latitude.to_radians());
        Vector {
            x: latitude.cos() * longitude.cos(),
            y: latitude.cos() * longitude.sin(),
            z: latitude.sin(),
        }
    }

    /// The angle between two places, by the haversines.
    pub(super) fn distance(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.latitude.to_radians(), other.latitude.to_radians());
        let up = ((lat2 - lat1) / 2.0).sin();
        let along = ((other.longitude - self.longitude).to_radians() / 2.0).sin();
        let haversine = up * up + lat1.cos() * lat2.cos() * along * along;
        2.0 * haversine.clamp(0.0, 1.0).sqrt().asin()
    }

    pub(super) fn coordinates(self) -> Dynamic {
        Dynamic::Array(vec![Dynamic::Real(self.longitude), Dynamic::Real(self.latitude)])
    }

    pub(super) fn json(self) -> Dynamic {
        geometry("Point", self.coordinates())
    }
}

/// A GeoJSON geometry.
pub(super) fn geometry(ty: &str, coordinates: Dynamic) -> Dynamic {
    Dynamic::Object(vec![
        ("type".to_owned(), Dynamic::String(ty.to_owned())),
        ("coordinates".to_owned(), coordinates),
    ])
}

/// A polygon with these corners, closed.
pub(super) fn polygon_json(corners: &[Point]) -> Dynamic {
    let ring = corners.iter().chain(corners.first()).map(|corner| corner.coordinates());
    geometry("Polygon", Dynamic::Array(vec![Dynamic::Array(ring.collect())]))
}

/// A direction from the middle of the earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vector {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) z: f64,
}

impl Vector {
    pub(super) const ZERO: Self = Self { x: 0.0, y: 0.0, z: 0.0 };

    pub(super) fn cross(self, other: Self) -> Self {
        Self {
            x: self.y * other.z - self.z * other.y,
            y: self.z * other.x - self.x * other.z,
            z: self.x * other.y - self.y * other.x,
        }
    }

    pub(super) fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub(super) fn norm(self) -> f64 {
        self.dot(self).sqrt()
    }

    pub(super) fn angle(self, other: Self) -> f64 {
        self.cross(other).norm().atan2(self.dot(other))
    }

    pub(super) fn unit(self) -> Self {
        let norm = self.norm();
        if norm == 0.0 { self } else { self * (1.0 / norm) }
    }

    pub(super) fn point(self) -> Point {
        Point {
            longitude: self.y.atan2(self.x).to_degrees(),
            latitude: self.z.atan2(self.x.hypot(self.y)).to_degrees(),
        }
    }
}

impl Add for Vector {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y, z: self.z + other.z }
    }
}

impl Sub for Vector {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y, z: self.z - other.z }
    }
}

impl Mul<f64> for Vector {
    type Output = Self;
    fn mul(self, by: f64) -> Self {
        Self { x: self.x * by, y: self.y * by, z: self.z * by }
    }
}
