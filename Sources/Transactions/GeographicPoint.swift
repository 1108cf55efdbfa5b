import Glibc

/// A place on Earth, in degrees.
public struct GeographicPoint: Hashable, Sendable {
    /// North is positive.
    public var latitude: Double
    /// East is positive.
    public var longitude: Double

    public init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }

    /// The great-circle distance by the haversine formula, on a sphere of the mean radius 6371.0088 km.
    public func kilometres(to other: GeographicPoint) -> Double {
        let radians = Double.pi / 180
        let halfLatitude = sin((other.latitude - latitude) * radians / 2)
        let halfLongitude = sin((other.longitude - longitude) * radians / 2)
        let haversine =
            halfLatitude * halfLatitude
            + cos(latitude * radians) * cos(other.latitude * radians) * halfLongitude * halfLongitude
        return 2 * 6371.0088 * asin(min(1, haversine.squareRoot()))
    }
}
