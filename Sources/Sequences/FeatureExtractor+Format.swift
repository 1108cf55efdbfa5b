import Foundation
public import Transactions

extension FeatureExtractor {
    /// A raw value as an analyst reads it: `84.20`, `3.2 h`, `12 %`, a category's own text.
    ///
    /// - Parameters:
    ///   - index: the feature's position in `features`.
    ///   - transaction: where a category's text is read from; without it a category shows its hash.
    public func format(_ raw: UInt32, feature index: Int, of transaction: Transaction? = nil) -> String {
        guard features.indices.contains(index) else { return "?" }
        if features[index].kind == .category {
            return categoryText(raw, declared: index - FeatureLayout.user.count, of: transaction)
        }
        let value = Float(bitPattern: raw)
        guard value.isFinite else { return "unknown" }
        switch features[index].unit {
        case .plain: return rounded(value, 4)
        case .amount: return rounded(value, 2)
        case .seconds: return duration(seconds: value)
        case .days: return duration(seconds: value * 86_400)
        case .hourOfDay:
            let minutes = Int(value * 60)
            return "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
        case .weekday:
            let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
            return days[min(max(Int(value), 0), 6)]
        case .logRatio: return "×\(rounded(exp(value), 2))"
        case .deviations: return "\(rounded(value, 1)) σ"
        case .count: return rounded(value, 0)
        case .share: return "\(rounded(value * 100, 1)) %"
        case .flag: return value > 0.5 ? "fraud" : "genuine"
        case .kilometres: return "\(rounded(value, 1)) km"
        }
    }

    private func categoryText(_ raw: UInt32, declared index: Int, of transaction: Transaction?) -> String {
        if raw == 0 { return "unknown" }
        guard let transaction, transaction.features.indices.contains(index) else {
            return "#\(String(raw, radix: 16))"
        }
        switch transaction.features[index] {
        case .text(let text): return text
        case .number(let number): return "\(number)"
        case .missing: return "unknown"
        }
    }

    private func duration(seconds: Float) -> String {
        switch abs(seconds) {
        case ..<120: "\(rounded(seconds, 0)) s"
        case ..<7200: "\(rounded(seconds / 60, 0)) min"
        case ..<172_800: "\(rounded(seconds / 3600, 1)) h"
        default: "\(rounded(seconds / 86_400, 1)) d"
        }
    }

    private func rounded(_ value: Float, _ digits: Int) -> String {
        guard abs(value) < 1e12 else { return "\(value)" }
        let text = FixedPoint.text(Double(value), digits)
        guard digits > 2, text.contains(".") else { return text }
        return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
    }
}
