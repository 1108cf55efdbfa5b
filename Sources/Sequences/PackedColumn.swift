/// One raw feature of all tokens, in the least of several lossless forms.
enum PackedColumn {
    private enum Form: UInt64 {
        /// As they are, 32 bits each.
        case plain
        /// A bit each that says whether it is as predicted, then those that are not.
        case predicted
        /// A table of the distinct values and a place in it each.
        case table
        /// Whole multiples of 1/unit, NaN included.
        case multiples
    }

    /// Counts, cents, and days in seconds.
    private static let units: (Double, Double, Double) = (1, 100, 86_400)
    private static let longestTable = 64

    /// The most bits that a column of so many values takes.
    static func mostBits(_ count: Int) -> Int { 2 + 32 * count }

    /// - Parameters:
    ///   - predicted: one a value, or none where nothing can be predicted.
    ///   - codes: room for one a value, for working in.
    static func write(
        _ values: UnsafeBufferPointer<UInt32>, predicted: UnsafeBufferPointer<UInt32>,
        codes: UnsafeMutableBufferPointer<UInt32>, to writer: inout BitWriter
    ) {
        guard let first = values.first else { return }
        let count = values.count
        var best = (form: Form.plain, bits: count * 32)
        if predicted.count == count {
            var hits = 0
            for index in 0..<count { hits &+= values[index] == predicted[index] ? 1 : 0 }
            let bits = count + 32 * (count - hits)
            if hits > 0, bits < best.bits { best = (.predicted, bits) }
        }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: longestTable) { table in
            let distinct = fill(table, from: values, first, places: codes, bound: best.bits)
            if distinct > 0 { best = (.table, bitsOfTable(distinct, count)) }
            var unit = 0
            if let found = smallestMultiples(distinct == 1 ? UnsafeBufferPointer(rebasing: values[..<1]) : values) {
                let bits = 8 + count * found.width
                if bits < best.bits {
                    best = (.multiples, bits)
                    unit = found.unit
                    put(values, asMultiplesOf: unit, into: codes)
                }
            }
            writer.append(best.form.rawValue, 2)
            switch best.form {
            case .plain: for value in values { writer.append(UInt64(value), 32) }
            case .predicted: write(values, predicted, to: &writer)
            case .table:
                writer.append(UInt64(distinct), 7)
                for place in 0..<distinct { writer.append(UInt64(table[place]), 32) }
                let width = width(ofTable: distinct)
                if width > 0 { for place in codes[..<count] { writer.append(UInt64(place), width) } }
            case .multiples:
                let width = codes[..<count].reduce(0) { $0 | UInt64($1) }.bitWidthNeeded
                writer.append(UInt64(unit), 2)
                writer.append(UInt64(width), 6)
                if width > 0 { for code in codes[..<count] { writer.append(UInt64(code), width) } }
            }
        }
    }

    private static func write(
        _ values: UnsafeBufferPointer<UInt32>, _ predicted: UnsafeBufferPointer<UInt32>, to writer: inout BitWriter
    ) {
        for index in values.indices { writer.append(values[index] == predicted[index] ? 1 : 0, 1) }
        for index in values.indices where values[index] != predicted[index] {
            writer.append(UInt64(values[index]), 32)
        }
    }

    /// Fills every `stride`th of `values` from what `write` wrote.
    static func read(
        _ count: Int, predicted: UnsafeBufferPointer<UInt32>, from reader: inout BitReader,
        into values: UnsafeMutablePointer<UInt32>, stride: Int
    ) {
        guard count > 0, let form = Form(rawValue: reader.read(2)) else { return }
        switch form {
        case .plain:
            for index in 0..<count { values[index &* stride] = UInt32(truncatingIfNeeded: reader.read(32)) }
        case .predicted:
            var flags = reader
            reader.skip(count)
            for index in 0..<count {
                let isHit = flags.read(1) == 1 && index < predicted.count
                values[index &* stride] = isHit ? predicted[index] : UInt32(truncatingIfNeeded: reader.read(32))
            }
        case .table:
            let distinct = Int(reader.read(7))
            let width = width(ofTable: distinct)
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 128) { table in
                table.initialize(repeating: 0)
                for place in 0..<distinct { table[place] = UInt32(truncatingIfNeeded: reader.read(32)) }
                for index in 0..<count { values[index &* stride] = table[Int(reader.read(width)) & 127] }
            }
        case .multiples:
            let unit = unit(Int(reader.read(2)))
            let width = Int(reader.read(6))
            for index in 0..<count { values[index &* stride] = value(ofMultiple: reader.read(width), unit) }
        }
    }

    /// Passes over a column.
    ///
    /// - Returns: whether it is one that `write` could have written.
    static func skip(_ count: Int, isPredicted: Bool, in reader: inout BitReader) -> Bool {
        guard count > 0, let form = Form(rawValue: reader.read(2)) else { return count == 0 }
        switch form {
        case .plain: reader.skip(32 * count)
        case .predicted:
            guard isPredicted, reader.remaining >= count else { return false }
            var misses = count
            for first in Swift.stride(from: 0, to: count, by: 56) {
                misses -= reader.read(min(56, count - first)).nonzeroBitCount
            }
            reader.skip(32 * misses)
        case .table:
            let distinct = Int(reader.read(7))
            guard (1...longestTable).contains(distinct) else { return false }
            reader.skip(32 * distinct + count * width(ofTable: distinct))
        case .multiples:
            guard reader.read(2) < 3 else { return false }
            reader.skip(count * Int(reader.read(6)))
        }
        return reader.remaining >= 0
    }

    private static func bitsOfTable(_ distinct: Int, _ count: Int) -> Int {
        7 + distinct * 32 + count * width(ofTable: distinct)
    }

    private static func width(ofTable count: Int) -> Int { UInt64(max(0, count - 1)).bitWidthNeeded }

    /// Fills a table of the distinct values and each value's place in it.
    ///
    /// - Parameter bound: bits that the table must stay below.
    /// - Returns: how many there are; 0 where there are too many.
    private static func fill(
        _ table: UnsafeMutableBufferPointer<UInt32>, from values: UnsafeBufferPointer<UInt32>, _ first: UInt32,
        places: UnsafeMutableBufferPointer<UInt32>, bound: Int
    ) -> Int {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { slots in
            slots.initialize(repeating: .max)
            var distinct = 0
            var (previous, place) = (~first, 0)
            for index in values.indices {
                let value = values[index]
                if value != previous {
                    // A hash table with open addressing; it is never more than a quarter full.
                    var slot = Int(truncatingIfNeeded: (value &* 0x9E37_79B1) &>> 24)
                    while slots[slot] != .max, table[Int(slots[slot])] != value { slot = (slot &+ 1) & 255 }
                    if slots[slot] == .max {
                        guard distinct < longestTable else { return 0 }
                        slots[slot] = UInt8(truncatingIfNeeded: distinct)
                        table[distinct] = value
                        distinct &+= 1
                    }
                    place = Int(slots[slot])
                    previous = value
                }
                places[index] = UInt32(truncatingIfNeeded: place)
            }
            return bitsOfTable(distinct, values.count) < bound ? distinct : 0
        }
    }

    private static func smallestMultiples(_ values: UnsafeBufferPointer<UInt32>) -> (unit: Int, width: Int)? {
        for index in 0..<3 {
            let unit = unit(index)
            var all: UInt64 = 0
            var isMultiple = true
            for bits in values {
                let code = multiple(bits, unit)
                guard value(ofMultiple: code, unit) == bits else {
                    isMultiple = false
                    break
                }
                all |= code
            }
            if isMultiple { return (index, all.bitWidthNeeded) }
        }
        return nil
    }

    private static func put(
        _ values: UnsafeBufferPointer<UInt32>, asMultiplesOf index: Int,
        into codes: UnsafeMutableBufferPointer<UInt32>
    ) {
        let unit = unit(index)
        for place in values.indices {
            codes[place] = UInt32(truncatingIfNeeded: multiple(values[place], unit))
        }
    }

    @inline(__always)
    private static func unit(_ index: Int) -> Double {
        index == 0 ? units.0 : index == 1 ? units.1 : units.2
    }

    /// 0 for NaN and whatever cannot be told by a multiple, else one more than the nearest.
    @inline(__always)
    private static func multiple(_ bits: UInt32, _ unit: Double) -> UInt64 {
        let scaled = Double(Float(bitPattern: bits)) * unit
        guard scaled >= 0, scaled < 1e9 else { return 0 }
        return UInt64(scaled + 0.5) &+ 1
    }

    /// NaN for 0, else one less over the unit.
    @inline(__always)
    private static func value(ofMultiple code: UInt64, _ unit: Double) -> UInt32 {
        code == 0 ? Float.nan.bitPattern : Float(Double(code &- 1) / unit).bitPattern
    }
}
