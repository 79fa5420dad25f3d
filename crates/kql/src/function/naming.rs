//! How a column is named that a function computes, when the query does not say.

/// How such a column is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// `Column1`, `Column2` …
    Numbered,
    /// As the first argument would be.
    First,
    /// As the only argument would be; numbered if there are several.
    Only,
    /// This, an underscore, and the name of the first argument.
    Prefixed(&'static str),
    /// The name of the first argument, and this.
    Suffixed(&'static str),
    /// Always this.
    Fixed(&'static str),
    /// As the column whose name is the first argument, where there is one.
    ColumnValue,
}

#[rustfmt::skip]
const FIRST: &[&str] = &[
    "tostring", "tohex", "todynamic", "toobject", "tolong", "toint", "toreal", "todouble", "todatetime",
    "totimespan", "totime", "tobool", "toboolean", "todecimal", "toguid", "parse_csv", "parsejson", "parse_json",
    "parse_xml", "split", "format_datetime", "format_timespan", "startofday", "bin", "floor", "bin_at", "bin_auto",
    "binary_and", "binary_or", "binary_xor", "binary_not", "binary_shift_right", "binary_shift_left",
    "bitset_count_ones", "series_fir", "series_outliers", "series_iir", "series_fill_backward", "series_fill_forward",
    "series_fill_const", "series_fill_linear", "round", "ceiling", "pow", "sqrt", "log", "log2", "log10", "exp",
    "exp2", "exp10", "cos", "sin", "tan", "acos", "asin", "atan", "atan2", "abs", "rand", "gamma", "loggamma",
    "erf", "erfc", "format_bytes",
];

/// The rule for the function with this name.
pub(crate) fn naming(name: &str) -> Naming {
    match name {
        "make_datetime" | "make_timespan" => Naming::Only,
        "strlen" => Naming::Prefixed("strlen"),
        "string_size" => Naming::Prefixed("string_size"),
        "gettype" => Naming::Prefixed("type"),
        "treepath" => Naming::Prefixed("tree"),
        "repeat" => Naming::Prefixed("repeat"),
        "dcount_hll" => Naming::Prefixed("dcount_hll"),
        "percentile_tdigest" | "percentiles_array_tdigest" => {
            Naming::Prefixed("percentile_tdigest")
        }
        "array_sort_asc" | "array_sort_desc" => Naming::Suffixed("_sorted"),
        "tdigest_merge" | "merge_tdigest" => Naming::Fixed("tdigests_merge_result"),
        "hll_merge" => Naming::Fixed("hll_merged_result"),
        "ingestion_time" => Naming::Fixed("$IngestionTime"),
        "columnifexists" | "column_ifexists" => Naming::ColumnValue,
        name if FIRST.contains(&name) => Naming::First,
        _ => Naming::Numbered,
    }
}
