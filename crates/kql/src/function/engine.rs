//! Functions that ask the engine or knowledge from outside, and the ones of areas that need more geometry.

use super::Param::{Any, Dyn, Int, Num, Str};
use super::family::{BOOL, DYNAMIC, GUID, LONG, REAL, TEXT, family, many, takes};

family! {
    /// Functions that ask the engine, and of areas.
    Engine {
        GeoIntersection2lines "geo_intersection_2lines" takes(&[Dyn, Dyn], 0, DYNAMIC), "where two lines meet";
        GeoIntersectionLineWithPolygon "geo_intersection_line_with_polygon" takes(&[Dyn, Dyn], 0, DYNAMIC), "the part of a line in an area";
        GeoIntersection2polygons "geo_intersection_2polygons" takes(&[Dyn, Dyn], 0, DYNAMIC), "the part of an area in another";
        GeoUnionPolygonsArray "geo_union_polygons_array" takes(&[Dyn], 0, DYNAMIC), "areas as one";
        GeoSimplifyPolygonsArray "geo_simplify_polygons_array" takes(&[Dyn, Num], 1, DYNAMIC), "areas with fewer corners";
        GeoUnionLinesArray "geo_union_lines_array" takes(&[Dyn], 0, DYNAMIC), "lines as one";
        GeoPolygonToH3cells "geo_polygon_to_h3cells" takes(&[Dyn, Num, Num], 2, DYNAMIC), "the H3 cells that cover an area";
        GeoPolygonToS2cells "geo_polygon_to_s2cells" takes(&[Dyn, Num, Num], 2, DYNAMIC), "the S2 cells that cover an area";
        GeoPolygonDensify "geo_polygon_densify" takes(&[Dyn, Num, Any], 2, DYNAMIC), "an area with more corners";
        GeoPolygonBuffer "geo_polygon_buffer" takes(&[Dyn, Num, Num], 1, DYNAMIC), "an area and what is near it";
        GeoPolygonSimplify "geo_polygon_simplify" takes(&[Dyn, Num], 1, DYNAMIC), "an area with fewer corners";
        GeoLineBuffer "geo_line_buffer" takes(&[Dyn, Num, Num], 1, DYNAMIC), "what is near a line";
        GeoLineDensify "geo_line_densify" takes(&[Dyn, Num, Any], 2, DYNAMIC), "a line with more corners";
        GeoLineSimplify "geo_line_simplify" takes(&[Dyn, Num], 1, DYNAMIC), "a line with fewer corners";
        GeoLineToS2cells "geo_line_to_s2cells" takes(&[Dyn, Num, Num], 2, DYNAMIC), "the S2 cells that cover a line";
        GeoPointBuffer "geo_point_buffer" takes(&[Num, Num, Num, Num], 1, DYNAMIC), "what is near a point";
        GeoInfoFromIpAddress "geo_info_from_ip_address" takes(&[Str], 0, DYNAMIC), "where an address is";
        Rand "rand" takes(&[Int], 1, REAL), "a random number";
        NewGuid "new_guid" takes(&[], 0, GUID), "a new guid";
        CurrentClusterEndpoint "current_cluster_endpoint" takes(&[], 0, TEXT), "the name of the server";
        CurrentDatabase "current_database" takes(&[], 0, TEXT), "the name of the database";
        CurrentPrincipal "current_principal" takes(&[], 0, TEXT), "who asks";
        CurrentPrincipalDetails "current_principal_details" takes(&[], 0, DYNAMIC), "what is known of who asks";
        CurrentPrincipalIsMemberOf "current_principal_is_member_of" many(takes(&[Any], 0, BOOL)), "whether who asks is of a group";
        ExtentId "extent_id" takes(&[], 0, GUID), "the piece of the table that the row is in";
        ExtentTags "extent_tags" takes(&[], 0, DYNAMIC), "the marks of that piece";
        RowId "row_id" takes(&[], 0, TEXT), "the identity of the row";
        CursorAfter "cursor_after" takes(&[Str], 0, BOOL), "whether the row came after a position";
        CursorBeforeOrAt "cursor_before_or_at" takes(&[Str], 0, BOOL), "whether the row came up to a position";
        CursorCurrent "cursor_current" takes(&[], 0, TEXT), "the position of the newest row";
        EstimateDataSize "estimate_data_size" many(takes(&[Any], 0, LONG)), "about how many bytes the values take";
        ParseUserAgent "parse_user_agent" takes(&[Str, Any], 1, DYNAMIC), "what a browser says of itself";
        DatetimeListTimezones "datetime_list_timezones" takes(&[], 0, DYNAMIC), "the names of time zones";
    }
}
