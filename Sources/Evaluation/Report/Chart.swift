internal import Foundation

/// A chart as inline SVG. Colours come from the page's style, so that print and dark mode can change them.
struct Chart {
    static let (width, height) = (460.0, 300.0)
    private static let (left, right, top, bottom) = (62.0, 24.0, 12.0, 46.0)

    var title: String
    var x: Axis
    var y: Axis
    private var marks: [HTML] = []
    private var legend: [(name: String, style: String)] = []

    init(_ title: String, x: Axis, y: Axis) {
        self.title = title
        self.x = x
        self.y = y
    }

    /// A line through points. - Parameter style: a class of the page: `s0`, `s1`, … or `guide`.
    mutating func line(_ points: [(x: Double, y: Double)], style: String, name: String? = nil) {
        let path = points.map { "\(place(x: $0.x)),\(place(y: $0.y))" }.joined(separator: " ")
        marks.append("<polyline class=\"line \(style)\" points=\"\(path)\"/>")
        if let name { legend.append((name, "line " + style)) }
    }

    /// A bar from one height to another.
    mutating func bar(_ xs: ClosedRange<Double>, from: Double = 0, to: Double, style: String) {
        let (start, end) = (left(xs.lowerBound), left(xs.upperBound))
        let (upper, lower) = (upper(to), upper(from))
        guard lower - upper > 0 else { return }
        marks.append(
            """
            <rect class="fill \(style)" x="\(Self.text(start))" y="\(Self.text(upper))" \
            width="\(Self.text(max(end - start, 0.5)))" height="\(Self.text(lower - upper))"/>
            """)
    }

    /// A dot. - Parameter radius: in pixels.
    mutating func dot(_ x: Double, _ y: Double, radius: Double, style: String, hint: String = "") {
        let hint: HTML = hint.isEmpty ? "" : "<title>\(hint)</title>"
        marks.append(
            """
            <circle class="fill \(style)" cx="\(place(x: x))" cy="\(place(y: y))" r="\(Self.text(radius))">\
            \(hint)</circle>
            """)
    }

    /// A line across the plot at one value, with a word beside it.
    mutating func upright(at value: Double, label: String) {
        let position = place(x: value)
        let isLate = x.position(value) > 0.6
        marks.append(
            """
            <line class="line guide" x1="\(position)" x2="\(position)" y1="\(Self.text(Self.top))" \
            y2="\(Self.text(Self.height - Self.bottom))"/><text class="note" x="\(Self.text(left(value) + (isLate ? -5 : 5)))" \
            y="\(Self.text(Self.top + 11))" text-anchor="\(isLate ? "end" : "start")">\(label)</text>
            """)
    }

    /// A name for fills drawn before.
    mutating func key(_ name: String, style: String) { legend.append((name, "fill " + style)) }

    var html: HTML {
        """
        <figure><figcaption>\(title)</figcaption>\(legendHTML)\
        <svg viewBox="0 0 \(Self.text(Self.width)) \(Self.text(Self.height))" role="img" aria-label="\(title)">\
        \(grid)\(marks)\(titles)</svg></figure>

        """
    }

    private var legendHTML: HTML {
        // Empty too, so that charts side by side stand level.
        let entries: [HTML] = legend.map { entry in
            let sign: HTML =
                entry.style.hasPrefix("line")
                ? "<line class=\"\(entry.style)\" x1=\"0\" x2=\"22\" y1=\"6\" y2=\"6\"/>"
                : "<rect class=\"\(entry.style)\" x=\"5\" y=\"0\" width=\"12\" height=\"12\"/>"
            return "<span><svg class=\"sign\" viewBox=\"0 0 22 12\">\(sign)</svg>\(entry.name)</span>"
        }
        return "<div class=\"legend\">\(entries)</div>"
    }

    private var grid: HTML {
        let (start, end) = (Self.text(Self.left), Self.text(Self.width - Self.right))
        let rows: [HTML] = y.ticks.map { tick in
            let height = place(y: tick.value)
            return """
                <line class="grid" x1="\(start)" x2="\(end)" y1="\(height)" y2="\(height)"/>\
                <text class="tick" x="\(Self.text(Self.left - 7))" y="\(Self.text(upper(tick.value) + 4))" \
                text-anchor="end">\(tick.text)</text>
                """
        }
        let columns: [HTML] = x.ticks.map { tick in
            """
            <text class="tick" x="\(place(x: tick.value))" y="\(Self.text(Self.height - Self.bottom + 17))" \
            text-anchor="middle">\(tick.text)</text>
            """
        }
        return "\(rows)\(columns)"
    }

    private var titles: HTML {
        let middle = Self.text((Self.top + Self.height - Self.bottom) / 2)
        return """
            <line class="axis" x1="\(Self.text(Self.left))" x2="\(Self.text(Self.width - Self.right))" \
            y1="\(Self.text(Self.height - Self.bottom))" y2="\(Self.text(Self.height - Self.bottom))"/>\
            <text class="title" x="\(Self.text((Self.left + Self.width - Self.right) / 2))" \
            y="\(Self.text(Self.height - 8))" text-anchor="middle">\(x.title)</text>\
            <text class="title" x="13" y="\(middle)" text-anchor="middle" \
            transform="rotate(-90 13 \(middle))">\(y.title)</text>
            """
    }

    private func left(_ value: Double) -> Double {
        Self.left + x.position(value) * (Self.width - Self.left - Self.right)
    }

    private func upper(_ value: Double) -> Double {
        Self.top + (1 - y.position(value)) * (Self.height - Self.top - Self.bottom)
    }

    private func place(x value: Double) -> String { Self.text(left(value)) }
    private func place(y value: Double) -> String { Self.text(upper(value)) }

    /// Pixels to a tenth.
    private static func text(_ value: Double) -> String { String(format: "%.1f", value) }
}
