//! Functions of series that give several results.
//!
//! In a plan a call gives one of them; the number of the result is the last argument, a constant.

use super::Param::{Any, Bool, Dyn, Int, Num, Str};
use super::family::{DYNAMIC, family, many, takes};
use crate::schema::Type;
use Type::{Dynamic, Long, Real};

family! {
    /// Functions of series that give several results.
    Analysis {
        Stats "series_stats" takes(&[Dyn, Bool], 1, DYNAMIC), "least, greatest, mean and spread of the series";
        FourierTransform "series_fft" takes(&[Dyn, Dyn], 1, DYNAMIC), "the frequencies of the series";
        InverseFourierTransform "series_ifft" takes(&[Dyn, Dyn], 1, DYNAMIC), "the series of frequencies";
        FitLine "series_fit_line" takes(&[Dyn], 0, DYNAMIC), "the line through the series";
        Fit2Lines "series_fit_2lines" takes(&[Dyn], 0, DYNAMIC), "two lines through the series";
        FitPoly "series_fit_poly" takes(&[Dyn, Any, Int], 2, DYNAMIC), "the polynomial through the series";
        PeriodsDetect "series_periods_detect" takes(&[Dyn, Num, Num, Int], 0, DYNAMIC), "the periods of the series";
        PeriodsValidate "series_periods_validate" many(takes(&[Dyn, Num], 0, DYNAMIC)), "how well periods fit the series";
        Decompose "series_decompose" takes(&[Dyn, Int, Str, Int, Num], 4, DYNAMIC), "the series as season, trend and rest";
        DecomposeForecast "series_decompose_forecast" takes(&[Dyn, Int, Int, Str, Num], 3, DYNAMIC), "the series as it may go on";
        DecomposeAnomalies "series_decompose_anomalies" takes(&[Dyn, Num, Int, Str, Int, Str, Num], 6, DYNAMIC), "where the series is unlike itself";
    }
}

/// The results: what follows the names of the function and its argument, and their types.
pub(crate) type Results = &'static [(&'static str, Type)];

#[rustfmt::skip]
const PARTS: Results = &[("baseline", Dynamic), ("seasonal", Dynamic), ("trend", Dynamic), ("residual", Dynamic)];
const COMPLEX: Results = &[("real", Dynamic), ("imag", Dynamic)];
const PERIODS: Results = &[("periods", Dynamic), ("scores", Dynamic)];

impl Analysis {
    /// What it gives, in order.
    pub(crate) const fn results(self) -> Results {
        match self {
            Self::Stats => &[
                ("min", Real),
                ("min_idx", Long),
                ("max", Real),
                ("max_idx", Long),
                ("avg", Real),
                ("stdev", Real),
                ("variance", Real),
            ],
            Self::FourierTransform | Self::InverseFourierTransform => COMPLEX,
            Self::FitLine => &[
                ("rsquare", Real),
                ("slope", Real),
                ("variance", Real),
                ("rvariance", Real),
                ("interception", Real),
                ("line_fit", Dynamic),
            ],
            Self::Fit2Lines => &[
                ("rsquare", Real),
                ("split_idx", Long),
                ("variance", Real),
                ("rvariance", Real),
                ("line_fit", Dynamic),
                ("right_rsquare", Real),
                ("right_slope", Real),
                ("right_interception", Real),
                ("right_variance", Real),
                ("right_rvariance", Real),
                ("left_rsquare", Real),
                ("left_slope", Real),
                ("left_interception", Real),
                ("left_variance", Real),
                ("left_rvariance", Real),
            ],
            Self::FitPoly => &[
                ("rsquare", Real),
                ("coefficients", Dynamic),
                ("variance", Real),
                ("rvariance", Real),
                ("poly_fit", Dynamic),
            ],
            Self::PeriodsDetect | Self::PeriodsValidate => PERIODS,
            Self::Decompose | Self::DecomposeForecast => PARTS,
            Self::DecomposeAnomalies => {
                &[("ad_flag", Dynamic), ("ad_score", Dynamic), ("baseline", Dynamic)]
            }
        }
    }
}
