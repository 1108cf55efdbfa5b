internal import Foundation
internal import Sequences
internal import Transactions

extension ReasonGroup {
    /// The group's values in words: `312.50, 6.1 × the user's median`.
    ///
    /// - Parameter raw: the transaction's raw values.
    func value(_ raw: [UInt32], of transaction: Transaction, encoder: Encoder) -> String {
        let values = RawValues(raw: raw, group: self, encoder: encoder, transaction: transaction)
        switch subject {
        case .amount: return amount(values, transaction.amount)
        case .activity: return activity(values)
        case .hour: return values.text("hour") + " UTC"
        case .weekday: return values.text("weekday")
        case .declared: return declared(values)
        case .recurrence: return recurrence(values)
        case .history: return history(values)
        case .traffic:
            guard values.number("recent_1d") != nil else { return "none named" }
            return "\(values.text("recent_1d")) transactions in 1 day, \(values.text("recent_7d")) in 7 days"
        }
    }

    private func amount(_ values: RawValues, _ amount: Double) -> String {
        let text = abs(amount) < 1e12 ? FixedPoint.text(amount, 2) : "\(amount)"
        guard let ratio = values.number("amount_to_median") else { return text }
        // The feature is the difference of two sign(x) · log(1 + |x|).
        let median = Self.exponential(Self.logarithm(amount) - Double(ratio))
        guard amount > 0, median >= 0.005 else { return text + ", the user's median is \(FixedPoint.text(median, 2))" }
        return "\(text), \(Self.ratio(amount / median)) × the user's median"
    }

    private func activity(_ values: RawValues) -> String {
        guard values.number("time_since_last") != nil else { return "the user's first transaction" }
        return "\(values.text("time_since_last")) after the last transaction, "
            + "\(values.count("count_1h")) in the hour before, \(values.count("count_24h")) in 24 h"
    }

    private func declared(_ values: RawValues) -> String {
        guard let position = features.first else { return "" }
        let field = values.encoder.fields[position]
        let text = values.text(at: position)
        switch field.feature.kind {
        case .category:
            let isKnown = field.vocabulary.contains(values.raw[position]) || values.raw[position] == 0
            return isKnown ? text : text + ", new to the model"
        case .number:
            guard field.feature.unit == .kilometres, let kilometres = values.number(at: position), kilometres >= 100
            else { return text }
            return "\(Int(min(kilometres, 1e9).rounded())) km"
        }
    }

    private func recurrence(_ values: RawValues) -> String {
        guard let count = values.number("same_7d") else { return "none named" }
        guard values.number("since_same") != nil else {
            return "not among the user's last \(UserHistory.recentCapacity) transactions"
        }
        return "\(values.count("same_7d")) \(count == 1 ? "time" : "times") in 7 days, "
            + "last \(values.text("since_same")) before"
    }

    private func history(_ values: RawValues) -> String {
        guard values.number("matured_1d") != nil else { return "none named" }
        let labels = (1...3).compactMap { values.number("last_label_\($0)") }
        guard !labels.isEmpty else { return "no label known" }
        let frauds = labels.count { $0 > 0.5 }
        var parts = [
            labels.count == 1
                ? "its one known label \(frauds == 1 ? "fraud" : "genuine")"
                : "\(frauds) of the last \(labels.count) known labels fraud"
        ]
        let days = ["7", "30"].first { values.number("fraud_share_\($0)d") != nil }
        if let days, let share = values.number("fraud_share_\(days)d") {
            parts.append("\(Self.percent(share)) fraud in \(days) days")
        }
        if values.number("last_fraud_age") != nil {
            parts.append("last fraud confirmed \(values.text("last_fraud_age")) before")
        }
        return parts.joined(separator: ", ")
    }

    private static func logarithm(_ value: Double) -> Double { value < 0 ? -log1p(-value) : log1p(value) }

    private static func exponential(_ value: Double) -> Double { value < 0 ? -expm1(-value) : expm1(value) }

    private static func ratio(_ value: Double) -> String {
        guard value < 1e6 else { return "over a million" }
        return FixedPoint.text(value, value >= 9.95 ? 0 : value >= 0.095 ? 1 : 2)
    }

    private static func percent(_ share: Float) -> String {
        let percent = Double(share) * 100
        return FixedPoint.text(percent, percent == 0 || percent >= 9.95 ? 0 : 1) + " %"
    }
}

/// A transaction's raw values as one group's phrases read them, by the last part of the features' names.
private struct RawValues {
    let raw: [UInt32]
    let group: ReasonGroup
    let encoder: Encoder
    let transaction: Transaction

    func number(at position: Int) -> Float? {
        let value = Float(bitPattern: raw[position])
        return value.isFinite ? value : nil
    }

    /// nil where missing.
    func number(_ name: String) -> Float? { position(name).flatMap(number(at:)) }

    func text(at position: Int) -> String {
        encoder.extractor.format(raw[position], feature: position, of: transaction)
    }

    /// A count, which looks back on so many transactions and no further.
    func count(_ name: String) -> String {
        let count = Int(number(name) ?? 0)
        return count < UserHistory.recentCapacity ? "\(count)" : "at least \(count)"
    }

    func text(_ name: String) -> String { position(name).map(text(at:)) ?? "unknown" }

    private func position(_ name: String) -> Int? {
        for position in group.features where Self.ends(encoder.fields[position].feature.name, with: name) {
            return position
        }
        return nil
    }

    /// Whether `name` is the last of the parts between dots.
    private static func ends(_ path: String, with name: String) -> Bool {
        guard path.hasSuffix(name) else { return false }
        let rest = path.utf8.count - name.utf8.count
        return rest == 0 || path.utf8.dropLast(name.utf8.count).last == UInt8(ascii: ".")
    }
}
