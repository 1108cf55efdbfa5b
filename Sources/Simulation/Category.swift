/// What merchants sell, and how it is bought.
enum Category: String, CaseIterable {
    case groceries, restaurants, fuel, transport, fashion, electronics, travel, entertainment, health, digital, cash

    /// The usual amount.
    var median: Double {
        switch self {
        case .groceries: 32
        case .restaurants: 24
        case .fuel: 52
        case .transport: 7
        case .fashion: 58
        case .electronics: 140
        case .travel: 210
        case .entertainment: 22
        case .health: 28
        case .digital: 12
        case .cash: 80
        }
    }

    /// The share of its merchants that sell online.
    var onlineShare: Double {
        switch self {
        case .digital: 1
        case .travel: 0.7
        case .electronics, .fashion: 0.4
        case .entertainment: 0.3
        case .groceries, .health, .transport: 0.08
        case .restaurants, .fuel, .cash: 0
        }
    }

    /// How often it is bought, compared with the others.
    var frequency: Double {
        switch self {
        case .groceries: 30
        case .restaurants: 16
        case .fuel: 8
        case .transport: 10
        case .fashion: 6
        case .electronics: 3
        case .travel: 2
        case .entertainment: 7
        case .health: 5
        case .digital: 9
        case .cash: 4
        }
    }
}
