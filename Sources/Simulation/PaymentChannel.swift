/// How a card is used.
enum PaymentChannel: String, Hashable, Sendable, CaseIterable {
    case chip, contactless, wallet, online

    /// Whether the transaction carries the payer's device.
    var hasDevice: Bool { self == .wallet || self == .online }
}
