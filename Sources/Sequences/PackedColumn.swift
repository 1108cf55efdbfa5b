/// One raw feature of all tokens, in the least of several lossless forms.
enum PackedColumn {
    private enum Form: UInt64 {
        /// As they are, 32 bits each.
        case plain
        /// As predicted, a bit each; those that are not, written out.
        case predicted
        /// A table of the distinct values and a place in it each.
        case table
        /// Whole multiples of 1/unit, NaN included.
        case multiples
    }

    /// Counts, cents, and days in seconds.
    private static let units: [Double] = [1, 100, 86_400]
    private static let longestTable = 64

    /// - Parameter predicted: one a value, or none where nothing can be predicted.
    static func write(_ values: [UInt32], predicted: [UInt32], to writer: inout BitWriter) {
        guard !values.isEmpty else { return }
        var best = (form: Form.plain, bits: values.count * 32)
        let hits = predicted.count == values.count ? zip(values, predicted).count { $0 == $1 } : 0
        if hits > 0 {
            let bits = values.count + 32 * (values.count - hits)
            if bits < best.bits { best = (.predicted, bits) }
        }
        let table = distinct(values)
        if let table {
            let bits = 7 + table.count * 32 + values.count * width(ofTable: table.count)
            if bits < best.bits { best = (.table, bits) }
        }
        let multiples = smallestMultiples(values)
        if let multiples {
            let bits = 8 + values.count * multiples.width
            if bits < best.bits { best = (.multiples, bits) }
        }
        writer.append(best.form.rawValue, 2)
        switch best.form {
        case .plain: for value in values { writer.append(UInt64(value), 32) }
        case .predicted:
            for (value, prediction) in zip(values, predicted) {
                writer.append(value == prediction ? 1 : 0, 1)
                if value != prediction { writer.append(UInt64(value), 32) }
            }
        case .table:
            guard let table else { return }
            writer.append(UInt64(table.count), 7)
            for value in table { writer.append(UInt64(value), 32) }
            for value in values {
                writer.append(UInt64(table.firstIndex(of: value) ?? 0), width(ofTable: table.count))
            }
        case .multiples:
            guard let multiples else { return }
            writer.append(UInt64(multiples.unit), 2)
            writer.append(UInt64(multiples.width), 6)
            for multiple in multiples.values { writer.append(multiple, multiples.width) }
        }
    }

    static func read(_ count: Int, predicted: () -> [UInt32], from reader: inout BitReader) -> [UInt32] {
        guard count > 0, let form = Form(rawValue: reader.read(2)) else { return [] }
        switch form {
        case .plain: return (0..<count).map { _ in UInt32(reader.read(32)) }
        case .predicted:
            return predicted().map { reader.read(1) == 1 ? $0 : UInt32(reader.read(32)) }
        case .table:
            let table = (0..<reader.read(7)).map { _ in UInt32(reader.read(32)) }
            let width = width(ofTable: table.count)
            return (0..<count).map { _ in table[Int(reader.read(width))] }
        case .multiples:
            let unit = units[Int(reader.read(2))]
            let width = Int(reader.read(6))
            return (0..<count).map { _ in value(ofMultiple: reader.read(width), unit) }
        }
    }

    /// nil where there are too many.
    private static func distinct(_ values: [UInt32]) -> [UInt32]? {
        var table: [UInt32] = []
        for value in values where !table.contains(value) {
            guard table.count < longestTable else { return nil }
            table.append(value)
        }
        return table
    }

    private static func width(ofTable count: Int) -> Int { UInt64(max(0, count - 1)).bitWidthNeeded }

    private static func smallestMultiples(_ values: [UInt32]) -> (unit: Int, width: Int, values: [UInt64])? {
        for (index, unit) in units.enumerated() {
            var multiples: [UInt64] = []
            multiples.reserveCapacity(values.count)
            for bits in values {
                let number = Float(bitPattern: bits)
                let multiple = (Double(number) * unit).rounded() + 1
                let code = number.isNaN ? 0 : multiple >= 1 && multiple < 1e9 ? UInt64(multiple) : 0
                guard value(ofMultiple: code, unit) == bits else { break }
                multiples.append(code)
            }
            guard multiples.count == values.count else { continue }
            return (index, multiples.reduce(0) { max($0, $1.bitWidthNeeded) }, multiples)
        }
        return nil
    }

    /// NaN for 0, else one less over the unit.
    private static func value(ofMultiple code: UInt64, _ unit: Double) -> UInt32 {
        code == 0 ? Float.nan.bitPattern : Float(Double(code - 1) / unit).bitPattern
    }
}
