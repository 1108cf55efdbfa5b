/// Which code points are one letter in other cases: Unicode's simple case folding, as in RE2.
enum CaseFolding {
    /// By code point, what else folds to the same: k, K and the Kelvin sign, say. Made when first asked for, in
    /// milliseconds.
    static let others: [UInt32: [UInt32]] = {
        var letters: [UInt32: [UInt32]] = [:]
        for value in 0...lastCased {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let folded = folded(scalar)
            if folded != value { letters[folded, default: [folded]].append(value) }
        }
        var others: [UInt32: [UInt32]] = [:]
        for letter in letters.values {
            for scalar in letter { others[scalar] = letter.filter { $0 != scalar } }
        }
        return others
    }()

    /// No script beyond has cases.
    private static let lastCased: UInt32 = 0x1FFFF

    /// The lower case of the upper case, where each is one code point.
    private static func folded(_ scalar: Unicode.Scalar) -> UInt32 {
        // Dotted and dotless i fold in Turkish only.
        guard scalar.value != 0x130, scalar.value != 0x131, scalar.properties.changesWhenCaseMapped else {
            return scalar.value
        }
        let upper = single(scalar.properties.uppercaseMapping) ?? scalar
        return (single(upper.properties.lowercaseMapping) ?? upper).value
    }

    private static func single(_ mapped: String) -> Unicode.Scalar? {
        mapped.unicodeScalars.count == 1 ? mapped.unicodeScalars.first : nil
    }
}
