//! Units of measure, and from one to another.

use super::arguments::real;
use super::{Arguments, Outcome};

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quantity {
    Angle,
    Energy,
    Force,
    Length,
    Mass,
    Speed,
    Temperature,
    Volume,
}

/// The first argument from one unit to another; null where a unit is not known.
pub(super) fn convert(args: &Arguments<'_>, quantity: Quantity) -> Outcome {
    let (from, to) = (args.text(1), args.text(2));
    let Some(value) = args.real(0) else { return real(None) };
    if matches!(quantity, Quantity::Temperature) {
        return real(kelvins(value, from).and_then(|kelvins| from_kelvins(kelvins, to)));
    }
    let size = |name: &str| {
        units(quantity).iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, n)| *n)
    };
    real(size(from).and_then(|from| Some(value * from / size(to)?)))
}

fn kelvins(value: f64, unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "kelvin" => value,
        "millidegreecelsius" => value / 1000.0 + 273.15,
        "degreecelsius" => value + 273.15,
        "degreedelisle" => value * -2.0 / 3.0 + 373.15,
        "degreefahrenheit" => (value + 459.67) * 5.0 / 9.0,
        "degreenewton" => value * 100.0 / 33.0 + 273.15,
        "degreerankine" => value * 5.0 / 9.0,
        "degreereaumur" => value * 5.0 / 4.0 + 273.15,
        "degreeroemer" => (value - 7.5) * 40.0 / 21.0 + 273.15,
        "solartemperature" => value * 5778.0,
        _ => return None,
    })
}

fn from_kelvins(kelvins: f64, unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "kelvin" => kelvins,
        "millidegreecelsius" => (kelvins - 273.15) * 1000.0,
        "degreecelsius" => kelvins - 273.15,
        "degreedelisle" => (kelvins - 373.15) * -3.0 / 2.0,
        "degreefahrenheit" => kelvins * 9.0 / 5.0 - 459.67,
        "degreenewton" => (kelvins - 273.15) * 33.0 / 100.0,
        "degreerankine" => kelvins * 9.0 / 5.0,
        "degreereaumur" => (kelvins - 273.15) * 4.0 / 5.0,
        "degreeroemer" => (kelvins - 273.15) * 21.0 / 40.0 + 7.5,
        "solartemperature" => kelvins / 5778.0,
        _ => return None,
    })
}

/// The units of a quantity, in one of them.
#[rustfmt::skip]
const fn units(quantity: Quantity) -> &'static [(&'static str, f64)] {
    match quantity {
        Quantity::Temperature => &[],
        Quantity::Angle => &[
            ("Arcminute", 1.0 / 60.0), ("Arcsecond", 1.0 / 3600.0), ("Centiradian", 1.8 / std::f64::consts::PI),
            ("Deciradian", 18.0 / std::f64::consts::PI), ("Degree", 1.0), ("Gradian", 0.9),
            ("Microdegree", 1e-6), ("Microradian", 1.8e-4 / std::f64::consts::PI), ("Millidegree", 1e-3),
            ("Milliradian", 0.18 / std::f64::consts::PI), ("Nanodegree", 1e-9), ("Nanoradian", 1.8e-7 / std::f64::consts::PI),
            ("NatoMil", 360.0 / 6400.0), ("Radian", 180.0 / std::f64::consts::PI), ("Revolution", 360.0),
            ("Tilt", 90.0),
        ],
        Quantity::Force => &[
            ("Decanewton", 10.0), ("Dyn", 1e-5), ("KilogramForce", 9.80665), ("Kilonewton", 1e3),
            ("KiloPond", 9.80665), ("KilopoundForce", 4448.2216152605), ("Meganewton", 1e6), ("Micronewton", 1e-6),
            ("Millinewton", 1e-3), ("Newton", 1.0), ("OunceForce", 0.278_013_850_953_781_2), ("Poundal", 0.138254954376),
            ("PoundForce", 4.4482216152605), ("ShortTonForce", 8896.443230521), ("TonneForce", 9806.65),
        ],
        Quantity::Length => &[
            ("Angstrom", 1e-10), ("AstronomicalUnit", 1.4959787070e11), ("Centimeter", 1e-2), ("Chain", 20.1168),
            ("DataMile", 1828.8), ("Decameter", 10.0), ("Decimeter", 0.1), ("DtpPica", 0.0254 / 6.0),
            ("DtpPoint", 0.0254 / 72.0), ("Fathom", 1.8288), ("Foot", 0.3048), ("Hand", 0.1016), ("Hectometer", 100.0),
            ("Inch", 0.0254), ("KilolightYear", 9.46073047258e18), ("Kilometer", 1e3), ("Kiloparsec", 3.08567758128e19),
            ("LightYear", 9.46073047258e15), ("MegalightYear", 9.46073047258e21), ("Megaparsec", 3.08567758128e22),
            ("Meter", 1.0), ("Microinch", 2.54e-8), ("Micrometer", 1e-6), ("Mil", 2.54e-5), ("Mile", 1609.344),
            ("Millimeter", 1e-3), ("Nanometer", 1e-9), ("NauticalMile", 1852.0), ("Parsec", 3.08567758128e16),
            ("Shackle", 27.432), ("Twip", 0.0254 / 1440.0), ("UsSurveyFoot", 1200.0 / 3937.0), ("Yard", 0.9144),
        ],
        Quantity::Mass => &[
            ("Centigram", 1e-5), ("Decagram", 1e-2), ("Decigram", 1e-4), ("EarthMass", 5.9722e24), ("Grain", 6.479891e-5),
            ("Gram", 1e-3), ("Hectogram", 0.1), ("Kilogram", 1.0), ("Kilopound", 453.59237), ("Kilotonne", 1e6),
            ("LongHundredweight", 50.80234544), ("LongTon", 1016.0469088), ("Megapound", 453_592.37), ("Megatonne", 1e9),
            ("Microgram", 1e-9), ("Milligram", 1e-6), ("Nanogram", 1e-12), ("Ounce", 0.028349523125), ("Pound", 0.45359237),
            ("ShortHundredweight", 45.359237), ("ShortTon", 907.18474), ("Slug", 14.593902937206), ("SolarMass", 1.98947e30),
            ("Stone", 6.35029318), ("Tonne", 1e3),
        ],
        Quantity::Energy => &[
            ("BritishThermalUnit", 1055.05585262), ("Calorie", 4.184), ("DecathermEc", 1_055_055_852.62),
            ("DecathermImperial", 1_055_055_852.573_48), ("DecathermUs", 1_054_804_000.0), ("ElectronVolt", 1.602176565e-19),
            ("Erg", 1e-7), ("FootPound", 1.355817948), ("GigabritishThermalUnit", 1_055_055_852_620.0),
            ("GigaelectronVolt", 1.602176565e-10), ("Gigajoule", 1e9), ("GigawattDay", 8.64e13), ("GigawattHour", 3.6e12),
            ("HorsepowerHour", 2_684_519.537696), ("Joule", 1.0), ("KilobritishThermalUnit", 1_055_055.852_62),
            ("Kilocalorie", 4184.0), ("KiloelectronVolt", 1.602176565e-16), ("Kilojoule", 1e3), ("KilowattDay", 8.64e7),
            ("KilowattHour", 3.6e6), ("MegabritishThermalUnit", 1_055_055_852.62), ("Megacalorie", 4.184e6),
            ("MegaelectronVolt", 1.602176565e-13), ("Megajoule", 1e6), ("MegawattDay", 8.64e10), ("MegawattHour", 3.6e9),
            ("Millijoule", 1e-3), ("TeraelectronVolt", 1.602176565e-7), ("TerawattDay", 8.64e16), ("TerawattHour", 3.6e15),
            ("ThermEc", 105_505_585.262), ("ThermImperial", 105_505_585.257348), ("ThermUs", 105_480_400.0),
            ("WattDay", 86_400.0), ("WattHour", 3600.0),
        ],
        Quantity::Speed => &[
            ("CentimeterPerHour", 1e-2 / 3600.0), ("CentimeterPerMinute", 1e-2 / 60.0), ("CentimeterPerSecond", 1e-2),
            ("DecimeterPerMinute", 0.1 / 60.0), ("DecimeterPerSecond", 0.1), ("FootPerHour", 0.3048 / 3600.0),
            ("FootPerMinute", 0.3048 / 60.0), ("FootPerSecond", 0.3048), ("InchPerHour", 0.0254 / 3600.0),
            ("InchPerMinute", 0.0254 / 60.0), ("InchPerSecond", 0.0254), ("KilometerPerHour", 1e3 / 3600.0),
            ("KilometerPerMinute", 1e3 / 60.0), ("KilometerPerSecond", 1e3), ("Knot", 1852.0 / 3600.0),
            ("MeterPerHour", 1.0 / 3600.0), ("MeterPerMinute", 1.0 / 60.0), ("MeterPerSecond", 1.0),
            ("MicrometerPerMinute", 1e-6 / 60.0), ("MicrometerPerSecond", 1e-6), ("MilePerHour", 0.44704),
            ("MillimeterPerHour", 1e-3 / 3600.0), ("MillimeterPerMinute", 1e-3 / 60.0), ("MillimeterPerSecond", 1e-3),
            ("NanometerPerMinute", 1e-9 / 60.0), ("NanometerPerSecond", 1e-9),
            ("UsSurveyFootPerHour", 1200.0 / 3937.0 / 3600.0), ("UsSurveyFootPerMinute", 1200.0 / 3937.0 / 60.0),
            ("UsSurveyFootPerSecond", 1200.0 / 3937.0), ("YardPerHour", 0.9144 / 3600.0), ("YardPerMinute", 0.9144 / 60.0),
            ("YardPerSecond", 0.9144),
        ],
        Quantity::Volume => &[
            ("AcreFoot", 1.0 / 0.000810714), ("AuTablespoon", 2e-5), ("BoardFoot", 0.0023597372158), ("Centiliter", 1e-5),
            ("CubicCentimeter", 1e-6), ("CubicDecimeter", 1e-3), ("CubicFoot", 0.0283168), ("CubicHectometer", 1e6),
            ("CubicInch", 1.6387e-5), ("CubicKilometer", 1e9), ("CubicMeter", 1.0), ("CubicMicrometer", 1e-18),
            ("CubicMile", 4.16818182544058e9), ("CubicMillimeter", 1e-9), ("CubicYard", 0.764554858), ("Decaliter", 1e-2),
            ("Deciliter", 1e-4), ("DeciUsGallon", 0.000378541), ("Hectoliter", 0.1), ("Liter", 1e-3), ("Microliter", 1e-9),
            ("Milliliter", 1e-6),
        ],
    }
}
