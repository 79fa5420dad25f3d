//! Functions of numbers beyond arithmetic.

use super::Param::{Any, Int, Num, Real, Str};
use super::family::{BOOL, DYNAMIC, LONG, REAL, family, takes};

family! {
    /// Functions of numbers.
    Math {
        Cos "cos" takes(&[Real], 0, REAL), "the cosine";
        Sin "sin" takes(&[Real], 0, REAL), "the sine";
        Tan "tan" takes(&[Real], 0, REAL), "the tangent";
        Acos "acos" takes(&[Real], 0, REAL), "the angle with this cosine";
        Asin "asin" takes(&[Real], 0, REAL), "the angle with this sine";
        Atan "atan" takes(&[Real], 0, REAL), "the angle with this tangent";
        Atan2 "atan2" takes(&[Real, Real], 0, REAL), "the angle of the point (y, x)";
        Cot "cot" takes(&[Real], 0, REAL), "the cotangent";
        Pi "pi" takes(&[], 0, REAL), "the number π";
        Degrees "degrees" takes(&[Real], 0, REAL), "radians as degrees";
        Radians "radians" takes(&[Real], 0, REAL), "degrees as radians";
        Exp2 "exp2" takes(&[Real], 0, REAL), "two to the power";
        Exp10 "exp10" takes(&[Real], 0, REAL), "ten to the power";
        Gamma "gamma" takes(&[Real], 0, REAL), "the gamma function";
        LogGamma "loggamma" takes(&[Real], 0, REAL), "the logarithm of the gamma function's absolute value";
        Erf "erf" takes(&[Real], 0, REAL), "the error function";
        Erfc "erfc" takes(&[Real], 0, REAL), "one minus the error function";
        BetaCdf "beta_cdf" takes(&[Real, Real, Real], 0, REAL), "the cumulative beta distribution";
        BetaInv "beta_inv" takes(&[Real, Real, Real], 0, REAL), "where the cumulative beta distribution has a value";
        BetaPdf "beta_pdf" takes(&[Real, Real, Real], 0, REAL), "the density of the beta distribution";
        WelchTest "welch_test" takes(&[Real, Real, Real, Real, Real, Real], 0, REAL), "the p-value of Welch's test over means, variances and counts";
        BitsetCountOnes "bitset_count_ones" takes(&[Int], 0, LONG), "how many bits are set";
        Around "around" takes(&[Any, Any, Any], 0, BOOL), "whether a value is within a distance of another";
        ConvertAngle "convert_angle" takes(&[Real, Str, Str], 0, REAL), "an angle in another unit";
        ConvertEnergy "convert_energy" takes(&[Real, Str, Str], 0, REAL), "an energy in another unit";
        ConvertForce "convert_force" takes(&[Real, Str, Str], 0, REAL), "a force in another unit";
        ConvertLength "convert_length" takes(&[Real, Str, Str], 0, REAL), "a length in another unit";
        ConvertMass "convert_mass" takes(&[Real, Str, Str], 0, REAL), "a mass in another unit";
        ConvertSpeed "convert_speed" takes(&[Real, Str, Str], 0, REAL), "a speed in another unit";
        ConvertTemperature "convert_temperature" takes(&[Real, Str, Str], 0, REAL), "a temperature in another unit";
        ConvertVolume "convert_volume" takes(&[Real, Str, Str], 0, REAL), "a volume in another unit";
        DcountHll "dcount_hll" takes(&[super::Param::Dyn], 0, LONG), "the number of different values in a state of `hll`";
        HllMerge "hll_merge" super::family::many(takes(&[super::Param::Dyn, super::Param::Dyn], 0, DYNAMIC)), "states of `hll` as one";
        PercentileTdigest "percentile_tdigest" takes(&[super::Param::Dyn, Real], 0, DYNAMIC), "a percentile of a state of `tdigest`";
        PercentilesArrayTdigest "percentiles_array_tdigest" super::family::many(takes(&[super::Param::Dyn, Any], 0, DYNAMIC)), "percentiles of a state of `tdigest`, as an array";
        RankTdigest "rank_tdigest" takes(&[super::Param::Dyn, Num], 0, REAL), "how many values of a state of `tdigest` are below a value";
        PercentRankTdigest "percentrank_tdigest" takes(&[super::Param::Dyn, Num], 0, REAL), "the percentage of the values of a state of `tdigest` below a value";
        TdigestMerge "tdigest_merge" super::family::many(takes(&[super::Param::Dyn, super::Param::Dyn], 0, DYNAMIC)), "states of `tdigest` as one";
        MergeTdigest "merge_tdigest" super::family::many(takes(&[super::Param::Dyn, super::Param::Dyn], 0, DYNAMIC)), "states of `tdigest` as one";
    }
}
