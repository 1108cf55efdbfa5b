/// A table of the report: the first column is text, all others numbers unless told otherwise.
struct ReportTable {
    var header: [String]
    var rows: [[String]] = []
    /// Columns of words, aligned to the left.
    var wordColumns: Set<Int> = [0]

    var html: HTML {
        func cell(_ text: String, _ column: Int, _ tag: HTML) -> HTML {
            wordColumns.contains(column)
                ? "<\(tag) class=\"w\">\(text)</\(tag)>" : "<\(tag)>\(text)</\(tag)>"
        }
        let head: [HTML] = header.enumerated().map { cell($1, $0, "th") }
        let body: [HTML] = rows.map { row in
            let cells: [HTML] = row.enumerated().map { cell($1, $0, "td") }
            return "<tr>\(cells)</tr>\n"
        }
        return "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead><tbody>\n\(body)</tbody></table></div>\n"
    }
}
