/// What one check of the doctor found.
struct Finding: Encodable {
    enum State: String, Encodable {
        case ok
        case warning
        case fault
    }

    var check: String
    var state: State
    var detail: String
    /// What to do about it.
    var advice: String?

    /// `ok` in a column of its own, the advice on a line below.
    var lines: [String] {
        let head = "\(state.rawValue.padding(to: 8))\(check): \(detail)"
        return [head] + (advice.map { ["\(String(repeating: " ", count: 8))→ \($0)"] } ?? [])
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
