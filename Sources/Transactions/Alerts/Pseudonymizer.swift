import Crypto

/// Replaces users by pseudonyms in all that leaves vigil: alerts and review events.
///
/// With the same key the same user has the same pseudonym, so that alerts can be grouped; without the key nobody
/// can go back, not even by trying all card numbers.
public struct Pseudonymizer: Sendable {
    private let key: SymmetricKey?

    /// Leaves users as they are, for data that is no person's.
    public static let plain = Pseudonymizer(nil)

    private init(_ key: SymmetricKey?) {
        self.key = key
    }

    /// - Parameter key: secret bytes, best 32 random ones; anyone who has them can test guesses.
    public init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
    }

    /// Whether users are left as they are.
    public var isPlain: Bool { key == nil }

    /// 32 hexadecimal digits: the first half of HMAC-SHA256 over the user's UTF-8; the user itself in plain mode.
    public func pseudonym(of user: String) -> String {
        guard let key else { return user }
        return hexadecimal(HMAC<SHA256>.authenticationCode(for: Array(user.utf8), using: key).prefix(16))
    }
}
