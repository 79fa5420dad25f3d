//! The functions by name, with their signatures.

use super::Function as F;
use super::{FunctionInfo, Gives, Param};
use crate::schema::Type;
use Param::{Any, Bool, Date, Dyn, Int, Num, Real, Span, Str, Text};

/// The function with exactly this name.
pub(crate) fn find(name: &str) -> Option<&'static FunctionInfo> {
    all().find(|function| function.name == name)
}

/// Every function that the language here knows.
pub(crate) fn all() -> impl Iterator<Item = &'static FunctionInfo> {
    [
        FUNCTIONS,
        super::math::MEMBERS,
        super::series::MEMBERS,
        super::place::MEMBERS,
        super::more::MEMBERS,
        super::analysis::MEMBERS,
        super::engine::MEMBERS,
    ]
    .into_iter()
    .flatten()
}

const BOOL: Gives = Gives::Type(Type::Bool);
const INT: Gives = Gives::Type(Type::Int);
const LONG: Gives = Gives::Type(Type::Long);
const REAL: Gives = Gives::Type(Type::Real);
const TEXT: Gives = Gives::Type(Type::String);
const DATE: Gives = Gives::Type(Type::DateTime);
const SPAN: Gives = Gives::Type(Type::TimeSpan);
const DYNAMIC: Gives = Gives::Type(Type::Dynamic);

const fn row(
    name: &'static str,
    function: F,
    params: &'static [Param],
    optional: usize,
    gives: Gives,
    doc: &'static str,
) -> FunctionInfo {
    let required = params.len() - optional;
    FunctionInfo { name, function, params, required, repeats: false, gives, doc }
}

/// The last parameter may come any number of times.
const fn many(info: FunctionInfo) -> FunctionInfo {
    FunctionInfo { repeats: true, ..info }
}

/// The functions that are used most.
#[rustfmt::skip]
const FUNCTIONS: &[FunctionInfo] = &[
    // conditions
    row("not", F::Not, &[Bool], 0, BOOL, "the opposite"),
    row("isnull", F::IsNull, &[Any], 0, BOOL, "whether it is null"),
    row("isnotnull", F::IsNotNull, &[Any], 0, BOOL, "whether it is not null"),
    row("notnull", F::IsNotNull, &[Any], 0, BOOL, "whether it is not null"),
    row("isempty", F::IsEmpty, &[Any], 0, BOOL, "whether it is null or empty"),
    row("isnotempty", F::IsNotEmpty, &[Any], 0, BOOL, "whether it is neither null nor empty"),
    row("notempty", F::IsNotEmpty, &[Any], 0, BOOL, "whether it is neither null nor empty"),
    many(row("coalesce", F::Coalesce, &[Any, Any], 0, Gives::Common, "the first that is not null")),
    // conversions
    row("tostring", F::ToString, &[Any], 0, TEXT, "as text"),
    row("toint", F::ToInt, &[Any], 0, INT, "as int"),
    row("tolong", F::ToLong, &[Any], 0, LONG, "as long"),
    row("toreal", F::ToReal, &[Any], 0, REAL, "as real"),
    row("todouble", F::ToReal, &[Any], 0, REAL, "as real"),
    row("todecimal", F::ToDecimal, &[Any], 0, Gives::Type(Type::Decimal), "as decimal"),
    row("tobool", F::ToBool, &[Any], 0, BOOL, "as bool"),
    row("toboolean", F::ToBool, &[Any], 0, BOOL, "as bool"),
    row("todatetime", F::ToDateTime, &[Any], 0, DATE, "as datetime"),
    row("totimespan", F::ToTimeSpan, &[Any], 0, SPAN, "as timespan"),
    row("totime", F::ToTimeSpan, &[Any], 0, SPAN, "as timespan"),
    row("toguid", F::ToGuid, &[Any], 0, Gives::Type(Type::Guid), "as guid"),
    row("parse_json", F::ParseJson, &[Any], 0, DYNAMIC, "JSON text as a dynamic value"),
    row("parsejson", F::ParseJson, &[Any], 0, DYNAMIC, "JSON text as a dynamic value"),
    row("todynamic", F::ParseJson, &[Any], 0, DYNAMIC, "JSON text as a dynamic value"),
    row("toobject", F::ParseJson, &[Any], 0, DYNAMIC, "JSON text as a dynamic value"),
    // text
    row("tolower", F::ToLower, &[Text], 0, TEXT, "in lower case"),
    row("toupper", F::ToUpper, &[Text], 0, TEXT, "in upper case"),
    row("strlen", F::Strlen, &[Str], 0, LONG, "the number of characters"),
    row("string_size", F::StringSize, &[Str], 0, LONG, "the number of bytes in UTF-8"),
    many(row("strcat", F::Strcat, &[Text], 0, TEXT, "the texts one after the other")),
    many(row("strcat_delim", F::StrcatDelim, &[Text, Text, Text], 0, TEXT, "the texts with a delimiter between them")),
    row("array_strcat", F::StrcatArray, &[Dyn, Str], 0, TEXT, "the members with a delimiter between them"),
    row("strcat_array", F::StrcatArray, &[Dyn, Str], 0, TEXT, "the members with a delimiter between them"),
    row("strrep", F::Strrep, &[Str, Int, Str], 1, TEXT, "the text several times"),
    row("substring", F::Substring, &[Str, Int, Int], 1, TEXT, "part of a text"),
    row("split", F::Split, &[Text, Str, Int], 1, DYNAMIC, "the pieces of a text"),
    row("trim", F::Trim, &[Str, Str], 0, TEXT, "without matches of a regular expression at both ends"),
    row("trim_start", F::TrimStart, &[Str, Str], 0, TEXT, "without matches of a regular expression at the start"),
    row("trim_end", F::TrimEnd, &[Str, Str], 0, TEXT, "without matches of a regular expression at the end"),
    row("replace_string", F::ReplaceString, &[Str, Str, Str], 0, TEXT, "one text for another"),
    row("replace_regex", F::ReplaceRegex, &[Str, Str, Str], 0, TEXT, "a text for what a regular expression matches"),
    row("indexof", F::IndexOf, &[Str, Str, Int, Int, Int], 3, LONG, "the position of one text in another"),
    row("indexof_regex", F::IndexOfRegex, &[Str, Str, Int, Int, Int], 3, LONG, "the position of a match"),
    row("countof", F::CountOf, &[Str, Str, Str], 1, LONG, "how often one text occurs in another"),
    row("reverse", F::Reverse, &[Text], 0, TEXT, "in reverse order"),
    row("url_encode", F::UrlEncode, &[Str], 0, TEXT, "into URL encoding"),
    row("url_decode", F::UrlDecode, &[Str], 0, TEXT, "out of URL encoding"),
    row("base64_decode_tostring", F::Base64DecodeToString, &[Str], 0, TEXT, "text out of base64"),
    row("base64_decodestring", F::Base64DecodeToString, &[Str], 0, TEXT, "text out of base64"),
    row("base64_encode_tostring", F::Base64EncodeToString, &[Str], 0, TEXT, "text into base64"),
    row("base64_encodestring", F::Base64EncodeToString, &[Str], 0, TEXT, "text into base64"),
    row("base64_decode_toarray", F::Base64DecodeToArray, &[Str], 0, DYNAMIC, "bytes out of base64"),
    many(row("unicode_codepoints_to_string", F::CodepointsToString, &[Any], 0, TEXT, "code points as text")),
    many(row("make_string", F::CodepointsToString, &[Any], 0, TEXT, "code points as text")),
    row("hash_sha256", F::HashSha256, &[Text], 0, TEXT, "the SHA-256 in hexadecimal"),
    row("hash_sha1", F::HashSha1, &[Text], 0, TEXT, "the SHA-1 in hexadecimal"),
    row("hash_md5", F::HashMd5, &[Text], 0, TEXT, "the MD5 in hexadecimal"),
    row("parse_path", F::ParsePath, &[Str], 0, DYNAMIC, "the parts of a file path"),
    row("parse_url", F::ParseUrl, &[Str], 0, DYNAMIC, "the parts of a URL"),
    row("parseurl", F::ParseUrl, &[Str], 0, DYNAMIC, "the older form of parse_url"),
    row("parseurlquery", F::ParseUrlQuery, &[Str], 0, DYNAMIC, "the older form of parse_urlquery"),
    row("datepart", F::DateTimePart, &[Str, Date], 0, LONG, "the older form of datetime_part"),
    row("parse_urlquery", F::ParseUrlQuery, &[Str], 0, DYNAMIC, "the parameters of a URL's query"),
    row("parse_command_line", F::ParseCommandLine, &[Str, Str], 0, DYNAMIC, "the arguments of a command line"),
    row("parse_csv", F::ParseCsv, &[Str], 0, DYNAMIC, "the values of one line"),
    row("parse_version", F::ParseVersion, &[Str], 0, Gives::Type(Type::Decimal), "a version as a number"),
    row("format_bytes", F::FormatBytes, &[Num, Int, Str], 2, TEXT, "a number of bytes with its unit"),
    // addresses
    row("parse_ipv4", F::ParseIpv4, &[Str], 0, LONG, "an IPv4 address as a number"),
    row("ipv4_is_private", F::Ipv4IsPrivate, &[Str], 0, BOOL, "whether an address is private"),
    row("ipv4_is_in_range", F::Ipv4IsInRange, &[Str, Str], 0, BOOL, "whether an address is in a network"),
    many(row("ipv4_is_in_any_range", F::Ipv4IsInAnyRange, &[Str, Any], 0, BOOL, "whether an address is in one of the networks")),
    row("ipv4_is_match", F::Ipv4IsMatch, &[Str, Str, Int], 1, BOOL, "whether two addresses or networks match"),
    row("ipv4_compare", F::Ipv4Compare, &[Str, Str, Int], 1, LONG, "compares two addresses"),
    row("ipv6_is_in_range", F::Ipv6IsInRange, &[Str, Str], 0, BOOL, "whether an IPv6 address is in a network"),
    row("ipv6_is_match", F::Ipv6IsMatch, &[Str, Str, Int], 1, BOOL, "whether two IPv6 addresses match"),
    row("has_ipv4", F::HasIpv4, &[Str, Str], 0, BOOL, "whether an address occurs in a text"),
    many(row("has_any_ipv4", F::HasAnyIpv4, &[Str, Any], 0, BOOL, "whether one of several addresses occurs in a text")),
    row("has_ipv4_prefix", F::HasIpv4Prefix, &[Str, Str], 0, BOOL, "whether an address that starts so occurs in a text"),
    // numbers
    row("abs", F::Abs, &[Any], 0, Gives::First, "the absolute value"),
    row("round", F::Round, &[Num, Int], 1, Gives::First, "rounded to so many decimals"),
    row("ceiling", F::Ceiling, &[Real], 0, REAL, "the least whole number not below it"),
    row("sqrt", F::Sqrt, &[Real], 0, REAL, "the square root"),
    row("pow", F::Pow, &[Real, Real], 0, REAL, "raised to a power"),
    row("exp", F::Exp, &[Real], 0, REAL, "the exponential"),
    row("log", F::Log, &[Real], 0, REAL, "the natural logarithm"),
    row("log10", F::Log10, &[Real], 0, REAL, "the decimal logarithm"),
    row("log2", F::Log2, &[Real], 0, REAL, "the binary logarithm"),
    row("sign", F::Sign, &[Real], 0, REAL, "-1, 0 or 1"),
    row("isnan", F::IsNan, &[Real], 0, BOOL, "whether it is not a number"),
    row("isinf", F::IsInf, &[Real], 0, BOOL, "whether it is infinite"),
    row("isfinite", F::IsFinite, &[Real], 0, BOOL, "whether it is neither infinite nor NaN"),
    many(row("min_of", F::MinOf, &[Any, Any], 0, Gives::Common, "the least argument")),
    many(row("max_of", F::MaxOf, &[Any, Any], 0, Gives::Common, "the greatest argument")),
    row("binary_and", F::BinaryAnd, &[Int, Int], 0, LONG, "bitwise and"),
    row("binary_or", F::BinaryOr, &[Int, Int], 0, LONG, "bitwise or"),
    row("binary_xor", F::BinaryXor, &[Int, Int], 0, LONG, "bitwise exclusive or"),
    row("binary_not", F::BinaryNot, &[Int], 0, LONG, "bitwise complement"),
    row("binary_shift_left", F::BinaryShiftLeft, &[Int, Int], 0, LONG, "shifted left"),
    row("binary_shift_right", F::BinaryShiftRight, &[Int, Int], 0, LONG, "shifted right"),
    // time
    row("datetime_diff", F::DateTimeDiff, &[Str, Date, Date], 0, LONG, "the boundaries of a period between two datetimes"),
    row("datetime_add", F::DateTimeAdd, &[Str, Int, Date], 0, DATE, "so many periods later"),
    row("datetime_part", F::DateTimePart, &[Str, Date], 0, LONG, "part of a datetime"),
    row("startofday", F::StartOfDay, &[Date, Int], 1, DATE, "the start of the day"),
    row("startofweek", F::StartOfWeek, &[Date, Int], 1, DATE, "the start of the week"),
    row("startofmonth", F::StartOfMonth, &[Date, Int], 1, DATE, "the start of the month"),
    row("startofyear", F::StartOfYear, &[Date, Int], 1, DATE, "the start of the year"),
    row("endofday", F::EndOfDay, &[Date, Int], 1, DATE, "the last tick of the day"),
    row("endofweek", F::EndOfWeek, &[Date, Int], 1, DATE, "the last tick of the week"),
    row("endofmonth", F::EndOfMonth, &[Date, Int], 1, DATE, "the last tick of the month"),
    row("endofyear", F::EndOfYear, &[Date, Int], 1, DATE, "the last tick of the year"),
    row("dayofweek", F::DayOfWeek, &[Date], 0, SPAN, "days since Sunday"),
    row("dayofmonth", F::DayOfMonth, &[Date], 0, INT, "the day in its month"),
    row("dayofyear", F::DayOfYear, &[Date], 0, INT, "the day in its year"),
    row("hourofday", F::HourOfDay, &[Date], 0, INT, "the hour"),
    row("monthofyear", F::MonthOfYear, &[Date], 0, LONG, "the month"),
    row("getmonth", F::MonthOfYear, &[Date], 0, LONG, "the month"),
    row("getyear", F::GetYear, &[Date], 0, LONG, "the year"),
    row("week_of_year", F::WeekOfYear, &[Date], 0, LONG, "the week by ISO 8601"),
    row("weekofyear", F::WeekOfYear, &[Date], 0, LONG, "the week by ISO 8601"),
    row("format_datetime", F::FormatDateTime, &[Date, Str], 0, TEXT, "a datetime in a format"),
    row("format_timespan", F::FormatTimeSpan, &[Span, Str], 0, TEXT, "a timespan in a format"),
    row("make_datetime", F::MakeDateTime, &[Int, Int, Int, Int, Int, Real], 3, DATE, "a datetime from its parts"),
    row("make_timespan", F::MakeTimeSpan, &[Real, Real, Real, Real], 2, SPAN, "a timespan from its parts"),
    row("unixtime_seconds_todatetime", F::UnixSecondsToDateTime, &[Num], 0, DATE, "seconds since 1970"),
    row("unixtime_milliseconds_todatetime", F::UnixMillisecondsToDateTime, &[Num], 0, DATE, "milliseconds since 1970"),
    row("unixtime_microseconds_todatetime", F::UnixMicrosecondsToDateTime, &[Num], 0, DATE, "microseconds since 1970"),
    row("unixtime_nanoseconds_todatetime", F::UnixNanosecondsToDateTime, &[Num], 0, DATE, "nanoseconds since 1970"),
    // dynamic
    row("array_length", F::ArrayLength, &[Dyn], 0, LONG, "the number of members"),
    row("arraylength", F::ArrayLength, &[Dyn], 0, LONG, "the number of members"),
    many(row("array_concat", F::ArrayConcat, &[Dyn], 0, DYNAMIC, "arrays as one")),
    row("array_slice", F::ArraySlice, &[Dyn, Int, Int], 0, DYNAMIC, "part of an array"),
    row("array_index_of", F::ArrayIndexOf, &[Dyn, Any], 0, LONG, "the position of a value"),
    row("array_reverse", F::ArrayReverse, &[Dyn], 0, DYNAMIC, "in reverse order"),
    row("array_sum", F::ArraySum, &[Dyn], 0, REAL, "the sum of the members"),
    many(row("pack_array", F::PackArray, &[Any], 1, DYNAMIC, "the arguments as an array")),
    many(row("bag_pack", F::BagPack, &[Any], 1, DYNAMIC, "names and values as a bag")),
    many(row("pack", F::BagPack, &[Any], 1, DYNAMIC, "names and values as a bag")),
    many(row("pack_dictionary", F::BagPack, &[Any], 1, DYNAMIC, "names and values as a bag")),
    row("bag_keys", F::BagKeys, &[Dyn], 0, DYNAMIC, "the names of a bag's properties"),
    many(row("bag_merge", F::BagMerge, &[Dyn, Dyn], 0, DYNAMIC, "bags as one")),
    row("bag_has_key", F::BagHasKey, &[Dyn, Str], 0, BOOL, "whether a bag has a property"),
    row("bag_remove_keys", F::BagRemoveKeys, &[Dyn, Dyn], 0, DYNAMIC, "a bag without some properties"),
    row("set_has_element", F::SetHasElement, &[Dyn, Any], 0, BOOL, "whether a value is a member"),
    many(row("set_difference", F::SetDifference, &[Dyn, Dyn], 0, DYNAMIC, "members of the first only")),
    many(row("set_intersect", F::SetIntersect, &[Dyn, Dyn], 0, DYNAMIC, "members of all")),
    many(row("set_union", F::SetUnion, &[Dyn, Dyn], 0, DYNAMIC, "members of any")),
    row("range", F::Range, &[Any, Any, Any], 1, DYNAMIC, "an array of equally spaced values"),
    row("gettype", F::GetType, &[Any], 0, TEXT, "the name of the type"),
];
