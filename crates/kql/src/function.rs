//! The scalar operators and functions: what a plan may call, and the signatures the binder checks.

mod analysis;
mod engine;
mod family;
mod math;
mod more;
mod naming;
mod place;
mod series;
mod table;

pub use analysis::Analysis;
pub use engine::Engine;
pub use math::Math;
pub use more::More;
pub(crate) use naming::{Naming, naming};
pub use place::Place;
pub use series::Series;
pub(crate) use table::{all, find};

use crate::schema::Type;

/// What an argument may be. The binder converts it to the type that is named here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Param {
    /// A string; a dynamic is turned into its text.
    Str,
    /// A string; anything else is turned into its text.
    Text,
    /// A `long`; narrower integers are widened, a dynamic is converted.
    Int,
    /// Any number, as it is; a dynamic becomes a `real`.
    Num,
    /// A `real`; other numbers are widened.
    Real,
    /// A `bool`.
    Bool,
    /// A `datetime`.
    Date,
    /// A `timespan`.
    Span,
    /// A `dynamic`; anything else is wrapped.
    Dyn,
    /// Any type, as it is.
    Any,
}

impl Param {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Str => "string",
            Self::Text => "scalar",
            Self::Int => "long",
            Self::Num => "number",
            Self::Real => "real",
            Self::Bool => "bool",
            Self::Date => "datetime",
            Self::Span => "timespan",
            Self::Dyn => "dynamic",
            Self::Any => "scalar",
        }
    }
}

/// What a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gives {
    /// Always this type.
    Type(Type),
    /// The type of the first argument.
    First,
    /// The common type of all arguments; the binder converts them to it.
    Common,
}

/// One function by its name in the language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FunctionInfo {
    pub(crate) name: &'static str,
    pub(crate) function: Function,
    pub(crate) params: &'static [Param],
    /// How many of `params` have to be there.
    pub(crate) required: usize,
    /// The last parameter may come any number of times.
    pub(crate) repeats: bool,
    pub(crate) gives: Gives,
    pub(crate) doc: &'static str,
}

macro_rules! functions {
    (operators { $($(#[$meta:meta])* $operator:ident $symbol:literal,)* }
     functions { $($function:ident $name:literal, $doc:literal;)* }) => {
        /// A scalar operator or function, with its arguments' types settled by the binder.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Function {
            $($(#[$meta])* $operator,)*
            $(#[doc = $doc] $function,)*
            /// A function of numbers.
            Math(Math),
            /// A function of series.
            Series(Series),
            /// A function of places.
            Place(Place),
            /// A function that is used less.
            More(More),
            /// One of the results of a function that has several: the last argument, a constant, says which.
            Analysis(Analysis),
            /// A function that asks the engine, or knowledge from outside.
            Engine(Engine),
        }

        impl Function {
            /// The name or symbol in the language.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$operator => $symbol,)*
                    $(Self::$function => $name,)*
                    Self::Math(member) => member.name(),
                    Self::Series(member) => member.name(),
                    Self::Place(member) => member.name(),
                    Self::More(member) => member.name(),
                    Self::Analysis(member) => member.name(),
                    Self::Engine(member) => member.name(),
                }
            }
        }
    };
}

functions! {
    operators {
        /// Two `bool`s, three-valued.
        And "and",
        /// Two `bool`s, three-valued.
        Or "or",
        /// One number or timespan.
        Negate "-",
        /// Two of one type; false when one is null, null when both are. Strings case-sensitively.
        Equal "==",
        /// Two of one type; true when one is null, null when both are.
        NotEqual "!=",
        /// Two of one type: numbers, datetimes, timespans, strings, bools, guids; null when one is.
        Less "<",
        /// As `Less`.
        LessOrEqual "<=",
        /// As `Less`.
        Greater ">",
        /// As `Less`.
        GreaterOrEqual ">=",
        /// `x between (low .. high)`, inclusive; three of one type.
        Between "between",
        /// Two strings, letter case aside.
        EqualCaseless "=~",
        /// Two strings: the second is one or more whole terms of the first, letter case aside.
        Has "has",
        /// As `Has`, case-sensitively.
        HasCs "has_cs",
        /// As `Has`, only the start of a term.
        HasPrefix "hasprefix",
        /// As `HasPrefix`, case-sensitively.
        HasPrefixCs "hasprefix_cs",
        /// As `Has`, only the end of a term.
        HasSuffix "hassuffix",
        /// As `HasSuffix`, case-sensitively.
        HasSuffixCs "hassuffix_cs",
        /// Two strings: the second occurs in the first, letter case aside.
        Contains "contains",
        /// As `Contains`, case-sensitively.
        ContainsCs "contains_cs",
        /// Two strings, letter case aside.
        StartsWith "startswith",
        /// Two strings.
        StartsWithCs "startswith_cs",
        /// Two strings, letter case aside.
        EndsWith "endswith",
        /// Two strings.
        EndsWithCs "endswith_cs",
        /// Text and a regular expression that is found anywhere in it.
        MatchesRegex "matches regex",
        /// Two `long`s, two `real`s, two decimals, two timespans, or a datetime and a timespan.
        Add "+",
        /// As `Add`; also two datetimes, which give a timespan.
        Subtract "-",
        /// Two `long`s, `real`s or decimals, or a timespan and a `real`.
        Multiply "*",
        /// Two `long`s (truncated; null when divided by 0), `real`s or decimals; a timespan and a
        /// `real`; two timespans, which give a `real`.
        Divide "/",
        /// Two of one type: `long`s (never negative), `real`s, decimals, timespans.
        Modulo "%",
        /// A dynamic and the name of a property (a string); null when there is none. `dynamic`
        Member ".name",
        /// A dynamic and a position (a `long`, negative from the end); null outside. `dynamic`
        Element "[position]",
        /// Wraps a value of any other type as a `dynamic`; text stays text.
        ToDynamicValue "dynamic()",
    }
    functions {
        Not "not", "The opposite of a `bool`; null stays null.";
        If "iff", "A `bool`, what to give if it is true, and what to give otherwise (also when null).";
        Case "case", "Pairs of a `bool` and what to give if it is the first true one; at last what to give otherwise.";
        Coalesce "coalesce", "The first argument that is not null; of strings, not empty.";
        IsNull "isnull", "Whether it is null; of a string always false.";
        IsNotNull "isnotnull", "Whether it is not null.";
        IsEmpty "isempty", "Whether it is null or the empty text.";
        IsNotEmpty "isnotempty", "Whether it is neither null nor the empty text.";
        ToString "tostring", "Any value as text; of null the empty text, of a dynamic string its bare text.";
        ToInt "toint", "As `int`; null when it is not one.";
        ToLong "tolong", "As `long`; null when it is not one; of datetimes and timespans their ticks.";
        ToReal "toreal", "As `real`; null when it is not one.";
        ToDecimal "todecimal", "As `decimal`; null when it is not one.";
        ToBool "tobool", "As `bool`; null when it is not one.";
        ToDateTime "todatetime", "As `datetime`; null when it is not one.";
        ToTimeSpan "totimespan", "As `timespan`; null when it is not one.";
        ToGuid "toguid", "As `guid`; null when it is not one.";
        ParseJson "parse_json", "JSON text as a dynamic value; text that is no JSON as a dynamic string; a dynamic as it is.";
        ToLower "tolower", "The text in lower case.";
        ToUpper "toupper", "The text in upper case.";
        Strlen "strlen", "The number of characters.";
        StringSize "string_size", "The number of bytes in UTF-8.";
        Strcat "strcat", "The texts one after the other; what is no string is converted first.";
        StrcatDelim "strcat_delim", "The texts after the first, with the first between them.";
        StrcatArray "strcat_array", "The members of an array one after the other, with the text between them.";
        Strrep "strrep", "The text so many times, optionally with a text between.";
        Substring "substring", "The text from a position (from 0; negative from the end), so many characters.";
        Split "split", "The pieces of a text between a delimiter, as an array; with a position, an array of that piece only.";
        Trim "trim", "The text (second) without matches of the regular expression (first) at both ends.";
        TrimStart "trim_start", "The text (second) without matches of the regular expression (first) at its start.";
        TrimEnd "trim_end", "The text (second) without matches of the regular expression (first) at its end.";
        ReplaceString "replace_string", "The text, what to look for, and what to put in its place.";
        ReplaceRegex "replace_regex", "The text, a regular expression, and what to put in its place (`\\1` for a group).";
        IndexOf "indexof", "The position of the second text in the first, or -1; optionally start, length, occurrence.";
        IndexOfRegex "indexof_regex", "The position of a regular expression's match in a text, or -1; optionally start, length, occurrence.";
        CountOf "countof", "How often the second occurs in the first; third argument 'normal' (overlapping) or 'regex'.";
        Extract "extract", "A regular expression, the number of a group, and the text: what the group matched, or the empty text.";
        ExtractAll "extract_all", "A regular expression, optionally the groups wanted (a dynamic array), and the text: all matches as an array.";
        ExtractJson "extract_json", "A JSON path and JSON text: what is found there, as text.";
        Reverse "reverse", "The characters in reverse order.";
        UrlEncode "url_encode", "The text in URL encoding.";
        UrlDecode "url_decode", "The text out of URL encoding.";
        Base64DecodeToString "base64_decode_tostring", "The text whose UTF-8 bytes are encoded; empty when it is not valid.";
        Base64EncodeToString "base64_encode_tostring", "The text's UTF-8 bytes in base64.";
        Base64DecodeToArray "base64_decode_toarray", "The bytes that are encoded, as an array of numbers.";
        CodepointsToString "unicode_codepoints_to_string", "Code points, or arrays of them, as text.";
        HashSha256 "hash_sha256", "The SHA-256 of a value's text in hexadecimal; of the empty text, empty.";
        HashSha1 "hash_sha1", "The SHA-1 of a value's text in hexadecimal; of the empty text, empty.";
        HashMd5 "hash_md5", "The MD5 of a value's text in hexadecimal; of the empty text, empty.";
        ParsePath "parse_path", "The parts of a file path as a bag: Scheme, RootPath, DirectoryPath, DirectoryName, Filename, Extension, AlternateDataStreamName.";
        ParseUrl "parse_url", "The parts of a URL as a bag: Scheme, Host, Port, Path, Username, Password, Query Parameters, Fragment.";
        ParseUrlQuery "parse_urlquery", "The parameters of a URL's query as a bag.";
        ParseCommandLine "parse_command_line", "A command line and its kind ('windows'): the arguments as an array.";
        ParseCsv "parse_csv", "One line of comma-separated values as an array of strings.";
        ParseVersion "parse_version", "A version of up to four numbers as a number that orders as versions do.";
        ParseIpv4 "parse_ipv4", "An IPv4 address as a number; null when it is none.";
        FormatBytes "format_bytes", "A number of bytes with its unit; optionally decimals and the unit wanted.";
        Ipv4IsPrivate "ipv4_is_private", "Whether an IPv4 address is in a private network; null when it is no address.";
        Ipv4IsInRange "ipv4_is_in_range", "Whether an IPv4 address is in a network in CIDR form; null when either is invalid.";
        Ipv4IsInAnyRange "ipv4_is_in_any_range", "Whether an IPv4 address is in one of the networks: strings, or arrays of them.";
        Ipv4IsMatch "ipv4_is_match", "Whether two IPv4 addresses or networks match, optionally under a prefix length.";
        Ipv4Compare "ipv4_compare", "Compares two IPv4 addresses or networks: -1, 0, 1; optionally under a prefix length.";
        Ipv6IsInRange "ipv6_is_in_range", "Whether an IPv6 address is in a network in CIDR form.";
        Ipv6IsMatch "ipv6_is_match", "Whether two IPv6 or IPv4 addresses match, optionally under a prefix length.";
        HasIpv4 "has_ipv4", "Whether an IPv4 address occurs in a text, delimited.";
        HasAnyIpv4 "has_any_ipv4", "Whether one of several IPv4 addresses occurs in a text, delimited.";
        HasIpv4Prefix "has_ipv4_prefix", "Whether an IPv4 address that starts so occurs in a text, delimited.";
        Abs "abs", "The absolute value of a number or timespan.";
        Round "round", "The number rounded to so many decimals (none if not given).";
        Bin "bin", "The greatest multiple of the second that is not above the first: two numbers of one type, two timespans, or a datetime and a timespan.";
        BinAt "bin_at", "As `bin`, with the multiples counted from the third.";
        Ceiling "ceiling", "The least whole number not below it.";
        Sqrt "sqrt", "The square root.";
        Pow "pow", "The first raised to the power of the second.";
        Exp "exp", "The exponential.";
        Log "log", "The natural logarithm.";
        Log10 "log10", "The decimal logarithm.";
        Log2 "log2", "The binary logarithm.";
        Sign "sign", "-1, 0 or 1.";
        IsNan "isnan", "Whether it is not a number.";
        IsInf "isinf", "Whether it is infinite.";
        IsFinite "isfinite", "Whether it is neither infinite nor NaN.";
        MinOf "min_of", "The least argument that is not null.";
        MaxOf "max_of", "The greatest argument that is not null.";
        BinaryAnd "binary_and", "The bitwise and of two `long`s.";
        BinaryOr "binary_or", "The bitwise or of two `long`s.";
        BinaryXor "binary_xor", "The bitwise exclusive or of two `long`s.";
        BinaryNot "binary_not", "The bitwise complement of a `long`.";
        BinaryShiftLeft "binary_shift_left", "The first `long` shifted left by the second.";
        BinaryShiftRight "binary_shift_right", "The first `long` shifted right by the second.";
        DateTimeDiff "datetime_diff", "The name of a period ('day', 'hour' …) and two datetimes: how many boundaries lie between, first minus second.";
        DateTimeAdd "datetime_add", "The name of a period, how many, and a datetime.";
        DateTimePart "datetime_part", "The name of a part ('Day', 'hour', 'week_of_year' …) and a datetime.";
        StartOfDay "startofday", "The start of the day, so many days on.";
        StartOfWeek "startofweek", "The start of the week (Sunday), so many weeks on.";
        StartOfMonth "startofmonth", "The start of the month, so many months on.";
        StartOfYear "startofyear", "The start of the year, so many years on.";
        EndOfDay "endofday", "The last tick of the day, so many days on.";
        EndOfWeek "endofweek", "The last tick of the week (Saturday), so many weeks on.";
        EndOfMonth "endofmonth", "The last tick of the month, so many months on.";
        EndOfYear "endofyear", "The last tick of the year, so many years on.";
        DayOfWeek "dayofweek", "The time since the last Sunday in whole days, as a timespan.";
        DayOfMonth "dayofmonth", "The number of the day in its month.";
        DayOfYear "dayofyear", "The number of the day in its year.";
        HourOfDay "hourofday", "The hour, 0–23.";
        MonthOfYear "monthofyear", "The number of the month.";
        GetYear "getyear", "The year.";
        WeekOfYear "week_of_year", "The number of the week by ISO 8601.";
        FormatDateTime "format_datetime", "A datetime in a format such as 'yyyy-MM-dd HH:mm:ss'.";
        FormatTimeSpan "format_timespan", "A timespan in a format such as 'd.hh:mm:ss'.";
        MakeDateTime "make_datetime", "Year, month, day, and optionally hour, minute, second: a datetime; null when there is none.";
        MakeTimeSpan "make_timespan", "Hours and minutes, optionally seconds; or days before them: a timespan.";
        UnixSecondsToDateTime "unixtime_seconds_todatetime", "Seconds since 1970 as a datetime.";
        UnixMillisecondsToDateTime "unixtime_milliseconds_todatetime", "Milliseconds since 1970 as a datetime.";
        UnixMicrosecondsToDateTime "unixtime_microseconds_todatetime", "Microseconds since 1970 as a datetime.";
        UnixNanosecondsToDateTime "unixtime_nanoseconds_todatetime", "Nanoseconds since 1970 as a datetime.";
        ArrayLength "array_length", "The number of members; null when it is no array.";
        ArrayConcat "array_concat", "The members of several arrays as one array.";
        ArraySlice "array_slice", "The members from a position up to and including another; negative from the end.";
        ArrayIndexOf "array_index_of", "The position of a value in an array, or -1.";
        ArraySortAsc "array_sort_asc", "The members in ascending order, nulls last; or those of a second array in the order of the first's, nulls last if the third argument says so.";
        ArraySortDesc "array_sort_desc", "As `array_sort_asc`, in descending order.";
        ArrayReverse "array_reverse", "The members in reverse order.";
        ArraySum "array_sum", "The sum of the members.";
        PackArray "pack_array", "The arguments as an array.";
        BagPack "bag_pack", "Names and values in turn, as a bag.";
        BagKeys "bag_keys", "The names of a bag's properties as an array.";
        BagMerge "bag_merge", "Several bags as one; the first to name a property wins.";
        BagHasKey "bag_has_key", "Whether a bag has a property.";
        BagRemoveKeys "bag_remove_keys", "A bag without the properties named in an array.";
        SetHasElement "set_has_element", "Whether a value is a member of an array.";
        SetDifference "set_difference", "The different members of the first array that are in none of the others.";
        SetIntersect "set_intersect", "The different members that all arrays have.";
        SetUnion "set_union", "The different members of all arrays.";
        Range "range", "An array from the first up to and including the second, by steps of the third.";
        GetType "gettype", "The name of the type of a value; of a dynamic, of what it holds.";
    }
}
