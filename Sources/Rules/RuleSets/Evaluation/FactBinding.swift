internal import Transactions

/// Where a fact's value comes from, fixed when rules are compiled.
struct FactBinding: Sendable {
    let slot: Int
    let source: FactSource
}

/// What a fact is about.
enum FactSource: Sendable {
    case id
    case user
    case amount
    case time
    case entity(Int)
    case feature(Int)
    case score
    case lastDecision
    /// Known when the event is taken in, before it is scored.
    case observed(ObservedFact)
    case risk(entity: Int, EntityFigure)
    /// A declared aggregate of an entity, by its position.
    case entityVelocity(Int)

    /// The value of a fact that the transaction itself carries; absent for any other.
    @inline(__always)
    func value(in transaction: Transaction) -> Value {
        switch self {
        case .id: return .string(transaction.id)
        case .user: return .string(transaction.user)
        case .amount: return .double(transaction.amount)
        case .time: return Value(transaction.time)
        case .entity(let index):
            guard index < transaction.entities.count, let key = transaction.entities[index] else {
                return .failure(.absent)
            }
            return .string(key)
        case .feature(let index):
            guard index < transaction.features.count else { return .failure(.absent) }
            switch transaction.features[index] {
            case .number(let number): return .double(number)
            case .text(let text): return .string(text)
            case .missing: return .failure(.absent)
            }
        case .score, .lastDecision, .observed, .risk, .entityVelocity: return .failure(.absent)
        }
    }
}

extension FactSource {
    /// The number that the transaction carries as the fact; NaN where it carries none.
    @inline(__always)
    func number(in transaction: Transaction) -> Double {
        switch self {
        case .amount: return transaction.amount
        case .feature(let index):
            guard index < transaction.features.count, case .number(let number) = transaction.features[index] else {
                return .nan
            }
            return number
        default: return .nan
        }
    }

    /// The text that the transaction carries as the fact, if it carries one.
    @inline(__always)
    func text(in transaction: Transaction) -> String? {
        switch self {
        case .id: return transaction.id
        case .user: return transaction.user
        case .entity(let index): return index < transaction.entities.count ? transaction.entities[index] : nil
        case .feature(let index):
            guard index < transaction.features.count, case .text(let text) = transaction.features[index] else {
                return nil
            }
            return text
        default: return nil
        }
    }
}

/// A fact about the user at the moment of an event.
enum ObservedFact: Sendable {
    case eventsSeen
    case secondsSinceLast
    case firstSeen
    case averageAmount
    /// A declared aggregate of the user, by its position.
    case velocity(Int)
}

/// What conditions see of an entity's past.
enum EntityFigure: Sendable {
    case count(window: Int)
    case frauds(window: Int)
    case fraudShare(window: Int)

    /// Days in the windows.
    static let days: [Int64] = [1, 7, 30]

    static let all: [(name: String, type: StaticType, figure: EntityFigure)] = days.enumerated().flatMap {
        window, days -> [(name: String, type: StaticType, figure: EntityFigure)] in
        [
            ("count_\(days)d", .int, .count(window: window)), ("frauds_\(days)d", .int, .frauds(window: window)),
            ("fraud_share_\(days)d", .double, .fraudShare(window: window)),
        ]
    }
}

extension Value {
    init(_ time: EventTime) {
        self = Timestamp(milliseconds: time.milliseconds).map { .timestamp($0) } ?? .failure(.timestampRange)
    }
}
