//! Functions of texts, arrays, addresses and times that are used less.

use super::Param::{Any, Bool, Date, Dyn, Int, Str};
use super::family::{BOOL, DATE, DYNAMIC, GUID, LONG, REAL, TEXT, family, many, takes};

family! {
    /// Functions that are used less.
    More {
        Strcmp "strcmp" takes(&[Str, Str], 0, LONG), "the order of two texts: -1, 0 or 1";
        ToHex "tohex" takes(&[Any, Int], 1, TEXT), "a number in hexadecimal, at least so long";
        Translate "translate" takes(&[Str, Str, Str], 0, TEXT), "characters for other characters";
        RegexQuote "regex_quote" takes(&[Str], 0, TEXT), "the text as a regular expression for itself";
        HasAnyIndex "has_any_index" takes(&[Str, Dyn], 0, LONG), "the position of the first of several terms that a text has";
        ReplaceStrings "replace_strings" takes(&[Str, Dyn, Dyn], 0, TEXT), "several texts for several others";
        CodepointsFromString "unicode_codepoints_from_string" takes(&[Str], 0, DYNAMIC), "the code points of a text";
        ToUtf8 "to_utf8" takes(&[Str], 0, DYNAMIC), "the code points of a text";
        IsAscii "isascii" takes(&[Str], 0, BOOL), "whether a text is all ASCII";
        IsUtf8 "isutf8" takes(&[Str], 0, BOOL), "whether a text is UTF-8";
        PunycodeFromString "punycode_from_string" takes(&[Str], 0, TEXT), "the text in Punycode";
        PunycodeToString "punycode_to_string" takes(&[Str], 0, TEXT), "the text out of Punycode";
        PunycodeDomainFromString "punycode_domain_from_string" takes(&[Str], 0, TEXT), "the name of a domain in Punycode";
        PunycodeDomainToString "punycode_domain_to_string" takes(&[Str], 0, TEXT), "the name of a domain out of Punycode";
        GzipCompress "gzip_compress_to_base64_string" takes(&[Str], 0, TEXT), "the text compressed with gzip, in base64";
        GzipDecompress "gzip_decompress_from_base64_string" takes(&[Str], 0, TEXT), "the text out of base64 and gzip";
        ZlibCompress "zlib_compress_to_base64_string" takes(&[Str], 0, TEXT), "the text compressed with zlib, in base64";
        ZlibDecompress "zlib_decompress_from_base64_string" takes(&[Str], 0, TEXT), "the text out of base64 and zlib";
        Base64EncodeFromArray "base64_encode_fromarray" takes(&[Dyn], 0, TEXT), "bytes in base64";
        Base64EncodeFromGuid "base64_encode_fromguid" takes(&[Any], 0, TEXT), "a guid's bytes in base64";
        Base64DecodeToGuid "base64_decode_toguid" takes(&[Str], 0, GUID), "a guid out of base64";
        UrlEncodeComponent "url_encode_component" takes(&[Str], 0, TEXT), "part of a URL, encoded";
        Hash "hash" takes(&[Any, Int], 1, LONG), "a hash of a value, optionally modulo a number";
        HashXxhash64 "hash_xxhash64" takes(&[Any, Int], 1, LONG), "the xxHash64 of a value, optionally modulo a number";
        ParseXml "parse_xml" takes(&[Str], 0, DYNAMIC), "XML as a dynamic value";
        DynamicToJson "dynamic_to_json" takes(&[Any], 0, TEXT), "a dynamic value as canonical JSON text";
        ArrayIff "array_iff" takes(&[Dyn, Any, Any], 0, DYNAMIC), "members of one or another by conditions";
        ArrayIif "array_iif" takes(&[Dyn, Any, Any], 0, DYNAMIC), "members of one or another by conditions";
        ArrayRotateLeft "array_rotate_left" takes(&[Dyn, Int], 0, DYNAMIC), "rotated to the left";
        ArrayRotateRight "array_rotate_right" takes(&[Dyn, Int], 0, DYNAMIC), "rotated to the right";
        ArrayShiftLeft "array_shift_left" takes(&[Dyn, Int, Any], 1, DYNAMIC), "shifted to the left";
        ArrayShiftRight "array_shift_right" takes(&[Dyn, Int, Any], 1, DYNAMIC), "shifted to the right";
        ArraySplit "array_split" takes(&[Dyn, Any], 0, DYNAMIC), "split at positions";
        Zip "zip" many(takes(&[Dyn, Dyn], 0, DYNAMIC)), "the members of arrays side by side";
        Repeat "repeat" takes(&[Any, Int], 0, DYNAMIC), "an array of a value, so many times";
        BagSetKey "bag_set_key" takes(&[Dyn, Str, Any], 0, DYNAMIC), "a bag with a property";
        BagZip "bag_zip" takes(&[Dyn, Dyn], 0, DYNAMIC), "names and values as a bag";
        SetEquals "set_equals" takes(&[Dyn, Dyn], 0, BOOL), "whether two arrays have the same members";
        JaccardIndex "jaccard_index" takes(&[Dyn, Dyn], 0, REAL), "how much of two sets is in both";
        TreePath "treepath" takes(&[Dyn], 0, DYNAMIC), "the paths in a dynamic value";
        ParseIpv4Mask "parse_ipv4_mask" takes(&[Str, Int], 0, LONG), "an IPv4 network as a number";
        ParseIpv6 "parse_ipv6" takes(&[Str], 0, TEXT), "an address in its full IPv6 form";
        ParseIpv6Mask "parse_ipv6_mask" takes(&[Str, Int], 0, TEXT), "a network in its full IPv6 form";
        Ipv4NetmaskSuffix "ipv4_netmask_suffix" takes(&[Str], 0, LONG), "the length of a network's prefix";
        Ipv4RangeToCidrList "ipv4_range_to_cidr_list" takes(&[Str, Str], 0, DYNAMIC), "the networks that make up a range";
        Ipv6Compare "ipv6_compare" takes(&[Str, Str, Int], 1, LONG), "compares two IPv6 addresses";
        Ipv6IsInAnyRange "ipv6_is_in_any_range" many(takes(&[Str, Any], 0, BOOL)), "whether an IPv6 address is in one of the networks";
        FormatIpv4 "format_ipv4" takes(&[Any, Int], 1, TEXT), "an IPv4 address as text";
        FormatIpv4Mask "format_ipv4_mask" takes(&[Any, Int], 1, TEXT), "an IPv4 network as text";
        HasAnyIpv4Prefix "has_any_ipv4_prefix" many(takes(&[Str, Any], 0, BOOL)), "whether an IPv4 address that starts with one of several occurs in a text";
        LocalToUtc "datetime_local_to_utc" takes(&[Date, Str], 0, DATE), "a time of a zone in UTC";
        UtcToLocal "datetime_utc_to_local" takes(&[Date, Str], 0, DATE), "a time in UTC in a zone";
        Assert "assert" takes(&[Bool, Str], 0, BOOL), "true, or the failure of the query";
    }
}
