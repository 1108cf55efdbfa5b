internal import Foundation

/// Numbers as the report writes them.
enum ReportNumber {
    static let undefined = "–"

    /// 12,345
    static func count(_ value: Int) -> String {
        let digits = String(abs(value))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return value < 0 ? "−" + text : text
    }

    /// 81.2 %
    static func percent(_ value: Double?, digits: Int = 1) -> String {
        value.map { decimal($0 * 100, digits: digits) + " %" } ?? undefined
    }

    /// 0.8123
    static func decimal(_ value: Double?, digits: Int = 3) -> String {
        value.map { String(format: "%.\(digits)f", $0).replacing("-", with: "−") } ?? undefined
    }

    /// 12,345 of money, without a currency: the schema names none.
    static func money(_ value: Double?) -> String {
        guard let value, value.isFinite else { return undefined }
        return abs(value) < 100 ? decimal(value, digits: 2) : count(Int(min(max(value.rounded(), -1e15), 1e15)))
    }

    /// 40 min, 6.5 h, 3.2 d
    static func duration(hours: Double?) -> String {
        guard let hours else { return undefined }
        if hours < 1 { return decimal(hours * 60, digits: 0) + " min" }
        return hours < 48 ? decimal(hours, digits: 1) + " h" : decimal(hours / 24, digits: 1) + " d"
    }

    /// A short number for an axis: 0.2, 50, 1,000, 20k, 1M.
    static func tick(_ value: Double) -> String {
        if abs(value) >= 1e6 { return String(format: "%gM", value / 1e6) }
        if abs(value) >= 1e4 { return String(format: "%gk", value / 1e3) }
        return smallTick(value)
    }

    private static func smallTick(_ value: Double) -> String {
        abs(value) >= 1000 ? count(Int(value.rounded())) : String(format: "%g", (value * 1e6).rounded() / 1e6)
    }
}
