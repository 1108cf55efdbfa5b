/// Numbers as the language writes them.
enum NumberText {
    /// The shortest digits that read back as the same double: no `.0`, an exponent only from 1e21 up or below 1e-6.
    static func shortest(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
        var text = value.description
        guard let mark = text.firstIndex(of: "e") else {
            if text.hasSuffix(".0") { text.removeLast(2) }
            return text
        }
        let exponent = Int(text[text.index(after: mark)...]) ?? 0
        var mantissa = String(text[..<mark])
        if mantissa.hasSuffix(".0") { mantissa.removeLast(2) }
        guard (-6..<21).contains(exponent) else {
            let magnitude = abs(exponent)
            return "\(mantissa)e\(exponent < 0 ? "-" : "+")\(magnitude < 10 ? "0" : "")\(magnitude)"
        }
        let sign = mantissa.hasPrefix("-") ? "-" : ""
        let digits = mantissa.filter { $0 != "-" && $0 != "." }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        return sign + digits + String(repeating: "0", count: max(0, exponent + 1 - digits.count))
    }
}
