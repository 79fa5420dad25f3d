//! Shapes in WKT as GeoJSON.

use bartizan_kql::value::Dynamic;

use super::sphere::geometry;

/// How deep collections may be in each other.
const MAX_DEPTH: usize = 16;

/// The shape that a text is.
pub(super) fn read(text: &str) -> Option<Dynamic> {
    let mut reader = Reader { rest: text.trim() };
    let shape = reader.shape(0)?;
    reader.rest.trim().is_empty().then_some(shape)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn shape(&mut self, depth: usize) -> Option<Dynamic> {
        let word = self.word();
        if word == "GEOMETRYCOLLECTION" {
            if depth >= MAX_DEPTH {
                return None;
            }
            let shapes = self.list(|reader| reader.shape(depth + 1))?;
            return Some(Dynamic::Object(vec![
                ("type".to_owned(), Dynamic::String("GeometryCollection".to_owned())),
                ("geometries".to_owned(), shapes),
            ]));
        }
        Some(match word.as_str() {
            "POINT" => {
                let Dynamic::Array(mut places) = self.list(Self::place)? else { return None };
                geometry("Point", (places.len() == 1).then(|| places.pop())??)
            }
            "LINESTRING" => geometry("LineString", self.list(Self::place)?),
            "POLYGON" => geometry("Polygon", self.list(|r| r.list(Self::place))?),
            "MULTIPOINT" => geometry("MultiPoint", self.list(Self::maybe_wrapped)?),
            "MULTILINESTRING" => geometry("MultiLineString", self.list(|r| r.list(Self::place))?),
            "MULTIPOLYGON" => {
                geometry("MultiPolygon", self.list(|r| r.list(|r| r.list(Self::place)))?)
            }
            _ => return None,
        })
    }

    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_ascii_uppercase()
    }

    fn take(&mut self, symbol: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Option<Dynamic>) -> Option<Dynamic> {
        if !self.take('(') {
            return None;
        }
        let mut items = vec![item(self)?];
        while self.take(',') {
            items.push(item(self)?);
        }
        self.take(')').then_some(Dynamic::Array(items))
    }

    fn maybe_wrapped(&mut self) -> Option<Dynamic> {
        if !self.take('(') {
            return self.place();
        }
        let place = self.place()?;
        self.take(')').then_some(place)
    }

    fn place(&mut self) -> Option<Dynamic> {
        let numbers = [self.number()?, self.number()?];
        Some(Dynamic::Array(numbers.map(Dynamic::Real).to_vec()))
    }

    fn number(&mut self) -> Option<f64> {
        self.rest = self.rest.trim_start();
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)))
            .unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        number.parse().ok()
    }
}
