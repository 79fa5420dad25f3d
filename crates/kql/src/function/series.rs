//! Functions of series: arrays of numbers.

use super::Param::{Any, Bool, Dyn, Int, Real};
use super::family::{DYNAMIC, REAL, family, many, takes};

family! {
    /// Functions of series.
    Series {
        Add "series_add" takes(&[Dyn, Dyn], 0, DYNAMIC), "the sums of members";
        Subtract "series_subtract" takes(&[Dyn, Dyn], 0, DYNAMIC), "the differences of members";
        Multiply "series_multiply" takes(&[Dyn, Dyn], 0, DYNAMIC), "the products of members";
        Divide "series_divide" takes(&[Dyn, Dyn], 0, DYNAMIC), "the quotients of members";
        Pow "series_pow" takes(&[Dyn, Dyn], 0, DYNAMIC), "members raised to powers";
        Greater "series_greater" takes(&[Dyn, Dyn], 0, DYNAMIC), "which members are greater";
        GreaterEquals "series_greater_equals" takes(&[Dyn, Dyn], 0, DYNAMIC), "which members are greater or equal";
        Less "series_less" takes(&[Dyn, Dyn], 0, DYNAMIC), "which members are less";
        LessEquals "series_less_equals" takes(&[Dyn, Dyn], 0, DYNAMIC), "which members are less or equal";
        Equals "series_equals" takes(&[Dyn, Dyn], 0, DYNAMIC), "which members are equal";
        NotEquals "series_not_equals" takes(&[Dyn, Dyn], 0, DYNAMIC), "which members differ";
        Exp "series_exp" takes(&[Dyn], 0, DYNAMIC), "the exponential of each member";
        Sign "series_sign" takes(&[Dyn], 0, DYNAMIC), "the sign of each member";
        Abs "series_abs" takes(&[Dyn], 0, DYNAMIC), "the absolute value of each member";
        Sin "series_sin" takes(&[Dyn], 0, DYNAMIC), "the sine of each member";
        Asin "series_asin" takes(&[Dyn], 0, DYNAMIC), "the arc sine of each member";
        Cos "series_cos" takes(&[Dyn], 0, DYNAMIC), "the cosine of each member";
        Acos "series_acos" takes(&[Dyn], 0, DYNAMIC), "the arc cosine of each member";
        Tan "series_tan" takes(&[Dyn], 0, DYNAMIC), "the tangent of each member";
        Atan "series_atan" takes(&[Dyn], 0, DYNAMIC), "the arc tangent of each member";
        Log "series_log" takes(&[Dyn], 0, DYNAMIC), "the natural logarithm of each member";
        Floor "series_floor" takes(&[Dyn], 0, DYNAMIC), "the greatest whole number not above each member";
        Ceiling "series_ceiling" takes(&[Dyn], 0, DYNAMIC), "the least whole number not below each member";
        Magnitude "series_magnitude" takes(&[Dyn], 0, REAL), "the length of the series as a vector";
        Sum "series_sum" takes(&[Dyn], 0, REAL), "the sum of the members";
        Product "series_product" takes(&[Dyn], 0, REAL), "the product of the members";
        DotProduct "series_dot_product" takes(&[Dyn, Dyn], 0, REAL), "the scalar product";
        CosineSimilarity "series_cosine_similarity" takes(&[Dyn, Dyn, Real, Real], 2, REAL), "the cosine of the angle between two series";
        PearsonCorrelation "series_pearson_correlation" takes(&[Dyn, Dyn], 0, REAL), "the correlation of two series";
        Fir "series_fir" takes(&[Dyn, Dyn, Bool, Bool], 2, DYNAMIC), "the series through a finite filter";
        Iir "series_iir" takes(&[Dyn, Dyn, Dyn], 0, DYNAMIC), "the series through an infinite filter";
        FillBackward "series_fill_backward" takes(&[Dyn, Any], 1, DYNAMIC), "gaps filled with the next value";
        FillForward "series_fill_forward" takes(&[Dyn, Any], 1, DYNAMIC), "gaps filled with the value before";
        FillConst "series_fill_const" takes(&[Dyn, Any, Any], 1, DYNAMIC), "gaps filled with a constant";
        FillLinear "series_fill_linear" takes(&[Dyn, Any, Bool, Any], 3, DYNAMIC), "gaps filled along a line";
        Outliers "series_outliers" many(takes(&[Dyn, Any], 1, DYNAMIC)), "how far each member is outside";
        StatsDynamic "series_stats_dynamic" takes(&[Dyn, Bool], 1, DYNAMIC), "statistics of the series as a bag";
        FitLineDynamic "series_fit_line_dynamic" takes(&[Dyn], 0, DYNAMIC), "the line through the series as a bag";
        Fit2LinesDynamic "series_fit_2lines_dynamic" takes(&[Dyn], 0, DYNAMIC), "two lines through the series as a bag";
        Seasonal "series_seasonal" takes(&[Dyn, Int, Int], 2, DYNAMIC), "the part of the series that repeats";
    }
}
