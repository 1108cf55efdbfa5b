import Foundation

/// A bar on a terminal, a plain line every few seconds elsewhere. One thread at a time.
final class Progress {
    private let title: String
    private let total: Int
    private let started = Date()
    private var shown: Date

    /// - Parameter total: how much there is to do; 0 where it is not known.
    init(_ title: String, total: Int) {
        self.title = title
        self.total = total
        // Off a terminal, work that is quickly done has only its last word.
        shown = Terminal.isInteractive ? .distantPast : started
    }

    /// Shows how far the work is.
    func update(_ done: Int, _ note: String = "") {
        let interval = Terminal.isInteractive ? 0.1 : 5
        guard Date().timeIntervalSince(shown) >= interval else { return }
        shown = Date()
        let line = self.line(done, note)
        Terminal.isInteractive ? Terminal.overwrite(line) : Terminal.say(line)
    }

    /// The last word on this work.
    func finish(_ note: String) {
        let seconds = String(format: "%.1f s", Date().timeIntervalSince(started))
        if Terminal.isInteractive { Terminal.overwrite("") }
        Terminal.say("\(title): \(note) (\(seconds))")
    }

    private func line(_ done: Int, _ note: String) -> String {
        let suffix = note.isEmpty ? "" : "  \(note)"
        guard total > 0 else { return "\(title): \(done)\(suffix)" }
        let share = min(1, Double(done) / Double(total))
        guard Terminal.isInteractive else { return "\(title): \(Int(share * 100)) %\(suffix)" }
        let filled = Int(share * 30)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        let elapsed = Date().timeIntervalSince(started)
        let left = share > 0 ? String(format: "%.0f s left", elapsed / share - elapsed) : ""
        return "\(title) \(bar) \(Int(share * 100)) %  \(left)\(suffix)"
    }
}
