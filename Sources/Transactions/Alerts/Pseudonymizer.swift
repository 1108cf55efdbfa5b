import Crypto

/// Replaces users by pseudonyms in all that leaves vigil: alerts and review events.
///
/// With the same key the same user has the same pseudonym, so that alerts can be grouped; without the key nobody
/// can go back, not even by trying all card numbers.
public struct Pseudonymizer: Sendable {
    /// What the key makes of the code before any data: worked out once, not for every user.
    private let keyed: HMAC<SHA256>?

    /// Leaves users as they are, for data that is no person's.
    public static let plain = Pseudonymizer(nil)

    private init(_ keyed: HMAC<SHA256>?) {
        self.keyed = keyed
    }

    /// - Parameter key: secret bytes, best 32 random ones; anyone who has them can test guesses.
    public init(key: [UInt8]) {
        keyed = HMAC(key: SymmetricKey(data: key))
    }

    /// Whether users are left as they are.
    public var isPlain: Bool { keyed == nil }

    /// 32 hexadecimal digits: the first half of HMAC-SHA256 over the user's UTF-8; the user itself in plain mode.
    public func pseudonym(of user: String) -> String {
        guard var code = keyed else { return user }
        var user = user
        user.withUTF8 { code.update(data: $0) }
        return hexadecimal(code.finalize().prefix(16))
    }
}
