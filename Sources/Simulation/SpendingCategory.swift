/// What a merchant sells.
enum SpendingCategory: String, Hashable, Sendable, CaseIterable {
    case grocery, fuel, restaurant, pharmacy, fashion, entertainment, electronics, jewellery
    case marketplace, digital, gaming, travel
    case giftCards = "gift_cards"

    /// Of shops with terminals; frequent ones more than once.
    static let inShops: [SpendingCategory] = [
        .grocery, .grocery, .grocery, .restaurant, .restaurant, .fuel, .pharmacy, .fashion, .fashion, .entertainment,
        .electronics, .jewellery,
    ]
    /// Of merchants on the internet; frequent ones more than once.
    static let online: [SpendingCategory] = [
        .marketplace, .marketplace, .marketplace, .digital, .digital, .fashion, .electronics, .gaming, .travel,
        .giftCards,
    ]

    /// The usual amount against a user's usual amount.
    var amountFactor: Double {
        switch self {
        case .digital: 0.2
        case .restaurant, .pharmacy: 0.7
        case .gaming: 0.8
        case .grocery, .entertainment, .giftCards: 1
        case .marketplace: 1.1
        case .fuel: 1.4
        case .fashion: 1.6
        case .electronics: 2.5
        case .jewellery, .travel: 3
        }
    }

    /// How often people go there, against a grocery.
    var frequency: Double {
        switch self {
        case .grocery, .marketplace: 1
        case .restaurant, .digital: 0.8
        case .fuel, .pharmacy, .fashion, .entertainment: 0.5
        case .gaming, .travel: 0.25
        case .electronics, .giftCards: 0.15
        case .jewellery: 0.05
        }
    }

    /// How easily the goods are sold on, which is what a thief looks for.
    var resale: Double {
        switch self {
        case .electronics, .jewellery, .giftCards: 1
        case .fashion, .gaming, .travel: 0.5
        case .marketplace: 0.3
        default: 0
        }
    }
}
