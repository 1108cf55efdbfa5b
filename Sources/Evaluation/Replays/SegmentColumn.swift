internal import Foundation
internal import Scoring
internal import Transactions

/// Sorts transactions into the groups of one entity or feature; numbers by their powers of ten.
struct SegmentColumn {
    private enum Kind {
        case amount
        case entity(Int)
        case feature(Int)
    }

    private(set) var segment: ReplaySegment
    private let kind: Kind
    private var codes: [Text: UInt32] = [:]

    /// nil where the schema has no such entity or feature; `amount` always is one.
    init?(_ name: String, schema: TransactionSchema) {
        if let index = schema.entities.firstIndex(where: { $0.name == name }) {
            kind = .entity(index)
        } else if let index = schema.features.firstIndex(where: { $0.name == name }) {
            kind = .feature(index)
        } else if name == "amount" {
            kind = .amount
        } else {
            return nil
        }
        segment = ReplaySegment(name: name)
    }

    mutating func add(_ transaction: Transaction) {
        let group = group(of: transaction)
        if let code = codes[Text(group)] {
            segment.codes.append(code)
            return
        }
        let code = UInt32(truncatingIfNeeded: segment.groups.count)
        codes[Text(group)] = code
        segment.groups.append(group)
        segment.codes.append(code)
    }

    private func group(of transaction: Transaction) -> String {
        switch kind {
        case .amount: return Self.band(transaction.amount)
        case .entity(let index):
            return index < transaction.entities.count ? transaction.entities[index] ?? "" : ""
        case .feature(let index):
            guard index < transaction.features.count else { return "" }
            switch transaction.features[index] {
            case .text(let text): return text
            case .number(let number): return Self.band(number)
            case .missing: return ""
            }
        }
    }

    /// `10 to 100`; whole small numbers, such as flags and hours, stand for themselves.
    private static func band(_ number: Double) -> String {
        if number == number.rounded(), abs(number) < 10 { return String(Int(number)) }
        let sign = number < 0 ? "−" : ""
        let power = Int(log10(max(abs(number), 1e-3)).rounded(.down))
        let low = pow(10, Double(power))
        func text(_ value: Double) -> String { value >= 1 ? String(format: "%.0f", value) : "\(value)" }
        return "\(sign)\(text(low)) to \(sign)\(text(low * 10))"
    }
}
