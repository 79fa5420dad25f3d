//! Functions of places on the earth.

use super::Param::{Any, Dyn, Int, Real, Str};
use super::family::{BOOL, DYNAMIC, INT, REAL, TEXT, family, takes};

family! {
    /// Functions of places: longitudes and latitudes in degrees, shapes as GeoJSON, distances in metres.
    Place {
        FromWkt "geo_from_wkt" takes(&[Any], 0, DYNAMIC), "a shape in WKT as GeoJSON";
        Angle "geo_angle" takes(&[Real, Real, Real, Real, Real, Real], 0, REAL), "the angle between three places";
        Azimuth "geo_azimuth" takes(&[Real, Real, Real, Real], 0, REAL), "the direction from one place to another, from north, in radians";
        ClosestPointOnLine "geo_closest_point_on_line" takes(&[Real, Real, Dyn], 0, DYNAMIC), "the place on a line that is nearest";
        ClosestPointOnPolygon "geo_closest_point_on_polygon" takes(&[Real, Real, Dyn], 0, DYNAMIC), "the place on a polygon that is nearest";
        Distance2Points "geo_distance_2points" takes(&[Real, Real, Real, Real, Any], 1, REAL), "how far two places are apart";
        DistancePointToLine "geo_distance_point_to_line" takes(&[Real, Real, Dyn], 0, REAL), "how far a place is from a line";
        DistancePointToPolygon "geo_distance_point_to_polygon" takes(&[Real, Real, Dyn], 0, REAL), "how far a place is from a polygon";
        PointInCircle "geo_point_in_circle" takes(&[Real, Real, Real, Real, Real], 0, BOOL), "whether a place is in a circle";
        PointInPolygon "geo_point_in_polygon" takes(&[Real, Real, Dyn], 0, BOOL), "whether a place is in a polygon";
        Intersects2Lines "geo_intersects_2lines" takes(&[Dyn, Dyn], 0, BOOL), "whether two lines meet";
        IntersectsLineWithPolygon "geo_intersects_line_with_polygon" takes(&[Dyn, Dyn], 0, BOOL), "whether a line and a polygon meet";
        Intersects2Polygons "geo_intersects_2polygons" takes(&[Dyn, Dyn], 0, BOOL), "whether two polygons meet";
        PolygonArea "geo_polygon_area" takes(&[Dyn], 0, REAL), "the area of a polygon in square metres";
        PolygonPerimeter "geo_polygon_perimeter" takes(&[Dyn], 0, REAL), "the length of a polygon's edge";
        PolygonCentroid "geo_polygon_centroid" takes(&[Dyn], 0, DYNAMIC), "the centre of mass of a polygon";
        LineLength "geo_line_length" takes(&[Dyn], 0, REAL), "the length of a line";
        LineCentroid "geo_line_centroid" takes(&[Dyn], 0, DYNAMIC), "the centre of mass of a line";
        LineLocatePoint "geo_line_locate_point" takes(&[Dyn, Real, Real, Any], 1, REAL), "how far along a line a place is, from 0 to 1";
        LineInterpolatePoint "geo_line_interpolate_point" takes(&[Dyn, Real], 0, DYNAMIC), "the place so far along a line";
        PointToGeohash "geo_point_to_geohash" takes(&[Real, Real, Int], 1, TEXT), "the geohash of a place";
        GeohashToCentralPoint "geo_geohash_to_central_point" takes(&[Str], 0, DYNAMIC), "the centre of a geohash cell";
        GeohashToPolygon "geo_geohash_to_polygon" takes(&[Str], 0, DYNAMIC), "the shape of a geohash cell";
        GeohashNeighbors "geo_geohash_neighbors" takes(&[Str], 0, DYNAMIC), "the cells around a geohash cell";
        PointToS2cell "geo_point_to_s2cell" takes(&[Real, Real, Int], 1, TEXT), "the S2 cell of a place";
        S2cellToCentralPoint "geo_s2cell_to_central_point" takes(&[Str], 0, DYNAMIC), "the centre of an S2 cell";
        S2cellToPolygon "geo_s2cell_to_polygon" takes(&[Str], 0, DYNAMIC), "the shape of an S2 cell";
        S2cellNeighbors "geo_s2cell_neighbors" takes(&[Str], 0, DYNAMIC), "the cells around an S2 cell";
        PointToH3cell "geo_point_to_h3cell" takes(&[Real, Real, Int], 1, TEXT), "the H3 cell of a place";
        H3cellToCentralPoint "geo_h3cell_to_central_point" takes(&[Str], 0, DYNAMIC), "the centre of an H3 cell";
        H3cellToPolygon "geo_h3cell_to_polygon" takes(&[Str], 0, DYNAMIC), "the shape of an H3 cell";
        H3cellNeighbors "geo_h3cell_neighbors" takes(&[Str], 0, DYNAMIC), "the cells around an H3 cell";
        H3cellChildren "geo_h3cell_children" takes(&[Str, Int], 1, DYNAMIC), "the cells in an H3 cell";
        H3cellParent "geo_h3cell_parent" takes(&[Str, Int], 1, TEXT), "the H3 cell around an H3 cell";
        H3cellRings "geo_h3cell_rings" takes(&[Str, Int], 0, DYNAMIC), "the rings of cells around an H3 cell";
        H3cellLevel "geo_h3cell_level" takes(&[Str], 0, INT), "the resolution of an H3 cell";
    }
}
