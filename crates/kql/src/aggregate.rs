//! The aggregates of `summarize`: their names, what they take and what they give.

use crate::schema::Type;

/// What an aggregate computes. The `…if` forms of the language are these with a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// The number of rows; no arguments. `long`
    Count,
    /// The number of different values (nulls not counted), approximate at high cardinality. `long`
    DCount,
    /// The number of different values, exact; one or more arguments. `long`
    CountDistinct,
    /// The sum of a number or timespan; of no values, zero.
    Sum,
    /// The mean of a number (`real`) or timespan; of no values, NaN or null.
    Avg,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// A `dynamic` array of the different values, no nulls; parameter: the largest size.
    MakeSet,
    /// A `dynamic` array of the values, no nulls; parameter: the largest size.
    MakeList,
    /// A `dynamic` bag of the merged bags.
    MakeBag,
    /// Arguments: what to maximise, then what to return from that row. All are outputs. A row whose
    /// first argument is null only counts when there is no other.
    ArgMax,
    /// As `ArgMax`, minimising.
    ArgMin,
    /// The arguments, from any one row, preferably one without nulls; all are outputs.
    TakeAny,
    /// The nearest-rank percentile; parameter: which, 0–100. Keeps the type.
    Percentile,
    /// The standard deviation of a sample; of one value 0. `real`
    Stdev,
    /// The standard deviation of a population. `real`
    StdevP,
    /// The variance of a sample; of one value 0. `real`
    Variance,
    /// The variance of a population. `real`
    VarianceP,
    /// The bitwise and of integers. `long`
    BinaryAllAnd,
    /// The bitwise or of integers. `long`
    BinaryAllOr,
    /// The bitwise exclusive or of integers. `long`
    BinaryAllXor,
    /// As `MakeList`, with nulls. `dynamic`
    MakeListWithNulls,
    /// A sketch of how many different values there are; parameter: the accuracy. `dynamic`
    Hll,
    /// Sketches as one. `dynamic`
    HllMerge,
    /// A sketch of the distribution of the first argument, weighed by the second if there is one. `dynamic`
    TDigest,
    /// Sketches as one. `dynamic`
    TDigestMerge,
    /// A schema that all values of the argument fit. `dynamic`
    BuildSchema,
    /// The percentile of the first argument, each value as often as the second says; parameter: which.
    PercentileWeighted,
    /// The covariance of two numbers of a sample. `real`
    Covariance,
    /// The covariance of two numbers of a population. `real`
    CovarianceP,
}

/// What the arguments of an aggregate look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `count()`, `count(predicate)`
    Nothing,
    /// `countif(predicate)`
    PredicateOnly,
    /// `sum(x)`
    Value,
    /// `sumif(x, predicate)`
    ValueIf,
    /// `make_set(x [, largest size])`, `dcount(x [, accuracy])`
    ValueAndParameter,
    /// `make_set_if(x, predicate [, largest size])`
    ValueIfAndParameter,
    /// `tdigest(x [, weight])`
    ValueAndWeight,
    /// `percentile(x, p)`
    Percentile,
    /// `percentiles(x, p, p, …)`
    Percentiles,
    /// `percentiles_array(x, p, p, …)`, `percentiles_array(x, dynamic([p, p, …]))`
    PercentileArray,
    /// `percentilew(x, weight, p)`
    WeightedPercentile,
    /// `percentilesw(x, weight, p, p, …)`
    WeightedPercentiles,
    /// `percentilesw_array(x, weight, p, p, …)`
    WeightedPercentileArray,
    /// `covariance(x, y)`
    Pair,
    /// `covarianceif(x, y, predicate)`
    PairIf,
    /// `arg_max(x, * | expr, …)`
    Arg,
    /// `take_any(* | expr, …)`
    Any,
    /// `count_distinct(x, …)`
    Values,
    /// `count_distinctif(x, …, predicate)`
    ValuesIf,
}

/// What an aggregate gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gives {
    /// Always this type.
    Type(Type),
    /// The type of its argument.
    Same,
    /// The type of its argument, `int` widened to `long`.
    Sum,
    /// `real`, or timespan of timespans.
    Mean,
}

/// One aggregate by its name in the language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aggregate {
    pub(crate) name: &'static str,
    pub(crate) function: AggregateFunction,
    pub(crate) shape: Shape,
    pub(crate) gives: Gives,
    /// Before the argument's name in the column's: `dcount_` of `dcount_DeviceId`.
    pub(crate) prefix: &'static str,
    /// Rows or members at most, where the name itself implies it (the legacy `makeset`: 128).
    pub(crate) default_parameter: Option<i64>,
    pub(crate) signature: &'static str,
    pub(crate) doc: &'static str,
}

/// The aggregate with exactly this name.
pub(crate) fn find(name: &str) -> Option<&'static Aggregate> {
    AGGREGATES.iter().find(|aggregate| aggregate.name == name)
}

const LONG: Gives = Gives::Type(Type::Long);
const REAL: Gives = Gives::Type(Type::Real);
const DYNAMIC: Gives = Gives::Type(Type::Dynamic);

/// The size of the legacy `makeset` and `makelist`.
const LEGACY_SIZE: i64 = 128;

const fn row(
    name: &'static str,
    function: AggregateFunction,
    shape: Shape,
    gives: Gives,
    prefix: &'static str,
    (signature, doc): (&'static str, &'static str),
) -> Aggregate {
    Aggregate { name, function, shape, gives, prefix, default_parameter: None, signature, doc }
}

const fn legacy(aggregate: Aggregate) -> Aggregate {
    Aggregate { default_parameter: Some(LEGACY_SIZE), ..aggregate }
}

use AggregateFunction as F;

/// Every aggregate that the language here knows, by name.
#[rustfmt::skip]
pub(crate) const AGGREGATES: &[Aggregate] = &[
    row("count", F::Count, Shape::Nothing, LONG, "count_", ("count([predicate])", "the number of rows, or of those for which the predicate is true")),
    row("countif", F::Count, Shape::PredicateOnly, LONG, "countif_", ("countif(predicate)", "the number of rows for which the predicate is true")),
    row("dcount", F::DCount, Shape::ValueAndParameter, LONG, "dcount_", ("dcount(value [, accuracy])", "the number of different values")),
    row("dcountif", F::DCount, Shape::ValueIfAndParameter, LONG, "dcountif_", ("dcountif(value, predicate [, accuracy])", "the number of different values where the predicate is true")),
    row("count_distinct", F::CountDistinct, Shape::Values, LONG, "count_distinct_", ("count_distinct(value, …)", "the exact number of different values")),
    row("count_distinctif", F::CountDistinct, Shape::ValuesIf, LONG, "count_distinctif_", ("count_distinctif(value, predicate)", "the exact number of different values where the predicate is true")),
    row("sum", F::Sum, Shape::Value, Gives::Sum, "sum_", ("sum(value)", "the sum")),
    row("sumif", F::Sum, Shape::ValueIf, Gives::Sum, "sumif_", ("sumif(value, predicate)", "the sum where the predicate is true")),
    row("avg", F::Avg, Shape::Value, Gives::Mean, "avg_", ("avg(value)", "the mean")),
    row("avgif", F::Avg, Shape::ValueIf, Gives::Mean, "avgif_", ("avgif(value, predicate)", "the mean where the predicate is true")),
    row("min", F::Min, Shape::Value, Gives::Same, "min_", ("min(value)", "the least value")),
    row("minif", F::Min, Shape::ValueIf, Gives::Same, "minif_", ("minif(value, predicate)", "the least value where the predicate is true")),
    row("max", F::Max, Shape::Value, Gives::Same, "max_", ("max(value)", "the greatest value")),
    row("maxif", F::Max, Shape::ValueIf, Gives::Same, "maxif_", ("maxif(value, predicate)", "the greatest value where the predicate is true")),
    row("make_set", F::MakeSet, Shape::ValueAndParameter, DYNAMIC, "set_", ("make_set(value [, size])", "the different values as an array")),
    row("make_set_if", F::MakeSet, Shape::ValueIfAndParameter, DYNAMIC, "set_", ("make_set_if(value, predicate [, size])", "the different values where the predicate is true, as an array")),
    legacy(row("makeset", F::MakeSet, Shape::ValueAndParameter, DYNAMIC, "set_", ("makeset(value [, size])", "as make_set, 128 values unless told otherwise"))),
    row("make_list", F::MakeList, Shape::ValueAndParameter, DYNAMIC, "list_", ("make_list(value [, size])", "the values as an array")),
    row("make_list_if", F::MakeList, Shape::ValueIfAndParameter, DYNAMIC, "list_", ("make_list_if(value, predicate [, size])", "the values where the predicate is true, as an array")),
    legacy(row("makelist", F::MakeList, Shape::ValueAndParameter, DYNAMIC, "list_", ("makelist(value [, size])", "as make_list, 128 values unless told otherwise"))),
    row("make_bag", F::MakeBag, Shape::ValueAndParameter, DYNAMIC, "bag_", ("make_bag(bag [, size])", "the bags merged into one")),
    row("make_bag_if", F::MakeBag, Shape::ValueIfAndParameter, DYNAMIC, "bag_", ("make_bag_if(bag, predicate [, size])", "the bags merged into one, where the predicate is true")),
    row("arg_max", F::ArgMax, Shape::Arg, Gives::Same, "max_", ("arg_max(value, * | expression, …)", "columns of the row in which the value is greatest")),
    row("arg_min", F::ArgMin, Shape::Arg, Gives::Same, "min_", ("arg_min(value, * | expression, …)", "columns of the row in which the value is least")),
    row("argmax", F::ArgMax, Shape::Arg, Gives::Same, "max_", ("argmax(value, * | expression, …)", "the older form of arg_max: prefixed names")),
    row("argmin", F::ArgMin, Shape::Arg, Gives::Same, "min_", ("argmin(value, * | expression, …)", "the older form of arg_min: prefixed names")),
    row("take_any", F::TakeAny, Shape::Any, Gives::Same, "", ("take_any(* | expression, …)", "the values of any row")),
    row("any", F::TakeAny, Shape::Any, Gives::Same, "any_", ("any(* | expression, …)", "the older form of take_any: prefixed names")),
    row("anyif", F::TakeAny, Shape::ValueIf, Gives::Same, "anyif_", ("anyif(value, predicate)", "the value of any row where the predicate is true")),
    row("take_anyif", F::TakeAny, Shape::ValueIf, Gives::Same, "", ("take_anyif(value, predicate)", "the value of any row where the predicate is true")),
    row("percentile", F::Percentile, Shape::Percentile, Gives::Same, "percentile_", ("percentile(value, p)", "the nearest-rank percentile")),
    row("percentiles", F::Percentile, Shape::Percentiles, Gives::Same, "percentile_", ("percentiles(value, p, …)", "several nearest-rank percentiles")),
    row("stdev", F::Stdev, Shape::Value, REAL, "stdev_", ("stdev(value)", "the standard deviation of a sample")),
    row("stdevif", F::Stdev, Shape::ValueIf, REAL, "stdevif_", ("stdevif(value, predicate)", "the standard deviation of a sample where the predicate is true")),
    row("stdevp", F::StdevP, Shape::Value, REAL, "stdevp_", ("stdevp(value)", "the standard deviation of a population")),
    row("variance", F::Variance, Shape::Value, REAL, "variance_", ("variance(value)", "the variance of a sample")),
    row("varianceif", F::Variance, Shape::ValueIf, REAL, "varianceif_", ("varianceif(value, predicate)", "the variance of a sample where the predicate is true")),
    row("variancep", F::VarianceP, Shape::Value, REAL, "variancep_", ("variancep(value)", "the variance of a population")),
    row("binary_all_and", F::BinaryAllAnd, Shape::Value, Gives::Same, "", ("binary_all_and(value)", "the bitwise and")),
    row("binary_all_or", F::BinaryAllOr, Shape::Value, Gives::Same, "", ("binary_all_or(value)", "the bitwise or")),
    row("binary_all_xor", F::BinaryAllXor, Shape::Value, Gives::Same, "", ("binary_all_xor(value)", "the bitwise exclusive or")),
    row("variancepif", F::VarianceP, Shape::ValueIf, REAL, "variancepif_", ("variancepif(value, predicate)", "the variance of a population where the predicate is true")),
    row("covariance", F::Covariance, Shape::Pair, REAL, "covariance_", ("covariance(value, value)", "the covariance of a sample")),
    row("covarianceif", F::Covariance, Shape::PairIf, REAL, "covarianceif_", ("covarianceif(value, value, predicate)", "the covariance of a sample where the predicate is true")),
    row("covariancep", F::CovarianceP, Shape::Pair, REAL, "covariancep_", ("covariancep(value, value)", "the covariance of a population")),
    row("covariancepif", F::CovarianceP, Shape::PairIf, REAL, "covariancepif_", ("covariancepif(value, value, predicate)", "the covariance of a population where the predicate is true")),
    row("make_list_with_nulls", F::MakeListWithNulls, Shape::Value, DYNAMIC, "list_", ("make_list_with_nulls(value)", "the values as an array, nulls too")),
    row("make_dictionary", F::MakeBag, Shape::ValueAndParameter, DYNAMIC, "dictionary_", ("make_dictionary(bag [, size])", "the older form of make_bag")),
    row("buildschema", F::BuildSchema, Shape::Value, DYNAMIC, "schema_", ("buildschema(value)", "a schema that all values fit")),
    row("hll", F::Hll, Shape::ValueAndParameter, DYNAMIC, "hll_", ("hll(value [, accuracy])", "a sketch of how many different values there are")),
    row("hll_if", F::Hll, Shape::ValueIfAndParameter, DYNAMIC, "hll_if_", ("hll_if(value, predicate [, accuracy])", "a sketch of how many different values there are where the predicate is true")),
    row("hll_merge", F::HllMerge, Shape::Value, DYNAMIC, "hll_merge_", ("hll_merge(sketch)", "sketches as one")),
    row("tdigest", F::TDigest, Shape::ValueAndWeight, DYNAMIC, "tdigest_", ("tdigest(value [, weight])", "a sketch of the distribution")),
    row("tdigest_merge", F::TDigestMerge, Shape::Value, DYNAMIC, "merge_tdigests_", ("tdigest_merge(sketch)", "sketches as one")),
    row("merge_tdigest", F::TDigestMerge, Shape::Value, DYNAMIC, "merge_tdigests_", ("merge_tdigest(sketch)", "sketches as one")),
    row("percentiles_array", F::Percentile, Shape::PercentileArray, DYNAMIC, "percentiles_", ("percentiles_array(value, p, …)", "several nearest-rank percentiles as an array")),
    row("percentilew", F::PercentileWeighted, Shape::WeightedPercentile, Gives::Same, "percentile_", ("percentilew(value, weight, p)", "the percentile of weighed values")),
    row("percentilesw", F::PercentileWeighted, Shape::WeightedPercentiles, Gives::Same, "percentile_", ("percentilesw(value, weight, p, …)", "several percentiles of weighed values")),
    row("percentilesw_array", F::PercentileWeighted, Shape::WeightedPercentileArray, DYNAMIC, "percentiles_", ("percentilesw_array(value, weight, p, …)", "several percentiles of weighed values as an array")),
];
