import Transactions

/// Where users live and shops stand.
struct City: Hashable, Sendable {
    var country: String
    var centre: GeographicPoint

    init(_ country: String, _ latitude: Double, _ longitude: Double) {
        self.country = country
        centre = GeographicPoint(latitude: latitude, longitude: longitude)
    }

    /// Berlin, Munich, Paris, Lyon, Madrid, Milan, Rome and Vienna.
    static let all = [
        City("DE", 52.52, 13.40), City("DE", 48.14, 11.58), City("FR", 48.86, 2.35), City("FR", 45.76, 4.84),
        City("ES", 40.42, -3.70), City("IT", 45.46, 9.19), City("IT", 41.90, 12.50), City("AT", 48.21, 16.37),
    ]
}

extension SeededGenerator {
    /// A point some kilometres around a centre.
    mutating func point(around centre: GeographicPoint) -> GeographicPoint {
        GeographicPoint(
            latitude: centre.latitude + 0.05 * normal(), longitude: centre.longitude + 0.08 * normal())
    }
}
