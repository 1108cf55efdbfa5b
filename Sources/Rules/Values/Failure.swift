/// Why an evaluation gave no value. `&&`, `||` and `?:` may still absorb it; nothing else does.
struct Failure: Error, Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A fact this event does not carry.
        case absent
        case noSuchOverload
        case noSuchKey
        case indexOutOfRange
        case divideByZero
        case overflow
        case outOfRange
        case invalidArgument
        case unknownName
        case unknownFunction
        /// The evaluation took more than its budget; nothing absorbs this one.
        case costExceeded
    }

    let kind: Kind
    let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    static let absent = Failure(.absent, "the event does not carry this value")
    static let noSuchOverload = Failure(.noSuchOverload, "no such overload")
    static let overflow = Failure(.overflow, "integer overflow")
    static let divideByZero = Failure(.divideByZero, "divide by zero")
    static let modulusByZero = Failure(.divideByZero, "modulus by zero")
    static let timestampRange = Failure(.outOfRange, "timestamp out of range")
    static let durationRange = Failure(.outOfRange, "duration out of range")
    static let costExceeded = Failure(.costExceeded, "the evaluation costs too much")
}
