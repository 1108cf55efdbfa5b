internal import Yams

/// Where a scalar stands in a file's lines, counted from zero; the end is exclusive.
struct ScalarPlace {
    struct Position {
        var line: Int
        var column: Int
    }

    private(set) var start: Position
    private(set) var end: Position

    private let lines: [[Unicode.Scalar]]

    /// nil where that cannot be told for sure: aliases, tags, block scalars with more than their indicator.
    ///
    /// - Parameter column: where the scalar's key begins; the lines of a block scalar stand further in.
    init?(_ node: Node, column: Int, isInFlow: Bool, lines: [[Unicode.Scalar]]) {
        guard let scalar = node.scalar, let mark = node.mark, lines.indices.contains(mark.line - 1),
            mark.column >= 1, mark.column - 1 < lines[mark.line - 1].count
        else { return nil }
        start = Position(line: mark.line - 1, column: mark.column - 1)
        end = start
        self.lines = lines
        let first = lines[start.line][start.column]
        let found: Position? =
            switch scalar.style {
            case .singleQuoted: first == "'" ? endOfQuotes("'") : nil
            case .doubleQuoted: first == "\"" ? endOfQuotes("\"") : nil
            case .literal, .folded: first == "|" || first == ">" ? endOfBlock(column) : nil
            case .plain, .any: endOfPlain(Array(scalar.string.unicodeScalars), isInFlow: isInFlow)
            }
        guard let found else { return nil }
        end = found
    }

    private func endOfQuotes(_ quote: Unicode.Scalar) -> Position? {
        var (line, column) = (start.line, start.column + 1)
        while line < lines.count {
            let text = lines[line]
            while column < text.count {
                if text[column] == quote {
                    let isDoubled = quote == "'" && column + 1 < text.count && text[column + 1] == quote
                    if !isDoubled { return Position(line: line, column: column + 1) }
                    column += 1
                } else if quote == "\"", text[column] == "\\" {
                    column += 1
                }
                column += 1
            }
            (line, column) = (line + 1, 0)
        }
        return nil
    }

    private func endOfBlock(_ keyColumn: Int) -> Position? {
        let header = lines[start.line][start.column...].dropFirst()
        guard header.allSatisfy({ $0 == " " || $0 == "-" }) else { return nil }
        var last: Int?
        var indent: Int?
        for number in lines.indices.dropFirst(start.line + 1) {
            let text = lines[number]
            guard let first = text.firstIndex(where: { $0 != " " }) else { continue }
            guard first > keyColumn, first >= indent ?? 0 else { break }
            indent = indent ?? first
            last = number
        }
        return last.map { Position(line: $0, column: lines[$0].count) }
    }

    /// The text as it stands, over several lines where each break is one blank of it.
    private func endOfPlain(_ text: [Unicode.Scalar], isInFlow: Bool) -> Position? {
        var rest = text[...]
        var (line, column) = (start.line, start.column)
        while true {
            let piece = lines[line][column...]
            if piece.starts(with: rest) {
                let end = column + rest.count
                let isEnd =
                    end == lines[line].count || lines[line][end] == " " || lines[line][end] == "\t"
                    || isInFlow && [",", "]", "}"].contains(lines[line][end]) || lines[line][end] == ":"
                return isEnd ? Position(line: line, column: end) : nil
            }
            let trimmed = piece.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
            guard !trimmed.isEmpty, rest.starts(with: trimmed), rest.dropFirst(trimmed.count).first == " ",
                line + 1 < lines.count
            else { return nil }
            rest = rest.dropFirst(trimmed.count + 1)
            line += 1
            column = lines[line].firstIndex { $0 != " " && $0 != "\t" } ?? lines[line].count
        }
    }
}
