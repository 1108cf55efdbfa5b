internal import Synchronization

/// Named classes of code points.
enum UnicodeCategories {
    static let posix: [String: ScalarSet] = [
        "alnum": ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A]),
        "alpha": ScalarSet([0x41...0x5A, 0x61...0x7A]),
        "ascii": ScalarSet([0x00...0x7F]),
        "blank": ScalarSet([0x09...0x09, 0x20...0x20]),
        "cntrl": ScalarSet([0x00...0x1F, 0x7F...0x7F]),
        "digit": .digits,
        "graph": ScalarSet([0x21...0x7E]),
        "lower": ScalarSet([0x61...0x7A]),
        "print": ScalarSet([0x20...0x7E]),
        "punct": ScalarSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]),
        "space": ScalarSet([0x09...0x0D, 0x20...0x20]),
        "upper": ScalarSet([0x41...0x5A]),
        "word": .word,
        "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66]),
    ]

    /// The code points of a general category (`Lu`), a group of them (`L`) or a common script; nil for other names.
    ///
    /// - Complexity: the first time one pass over Unicode, about a million code points.
    static func set(named name: String) -> ScalarSet? {
        if let script = scripts[name] { return script }
        return found.withLock { found in
            if let known = found[name] { return known }
            guard let set = search(name) else { return nil }
            found[name] = set
            return set
        }
    }

    private static let found = Mutex<[String: ScalarSet]>([:])

    private static func search(_ name: String) -> ScalarSet? {
        let wanted = abbreviations.filter { $0.value.hasPrefix(name) }.map(\.key)
        guard (1...2).contains(name.utf8.count), !wanted.isEmpty else { return nil }
        let categories = Set(wanted)
        var ranges: [ClosedRange<UInt32>] = []
        for value in 0...ScalarSet.last {
            guard let scalar = Unicode.Scalar(value), categories.contains(scalar.properties.generalCategory) else {
                continue
            }
            if let previous = ranges.last, previous.upperBound + 1 == value {
                ranges[ranges.count - 1] = previous.lowerBound...value
            } else {
                ranges.append(value...value)
            }
        }
        return ScalarSet(ranges)
    }

    /// The blocks that hold the letters of scripts met in payment data.
    private static let scripts: [String: ScalarSet] = [
        "Latin": ScalarSet([
            0x41...0x5A, 0x61...0x7A, 0xAA...0xAA, 0xBA...0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF,
        ]),
        "Greek": ScalarSet([0x370...0x3E1, 0x3F0...0x3FF, 0x1F00...0x1FFF]),
        "Cyrillic": ScalarSet([0x400...0x52F, 0x1C80...0x1C88, 0x2DE0...0x2DFF, 0xA640...0xA69F]),
        "Arabic": ScalarSet([0x600...0x6FF, 0x750...0x77F, 0x8A0...0x8FF]),
        "Hebrew": ScalarSet([0x591...0x5F4]),
        "Han": ScalarSet([
            0x2E80...0x2FD5, 0x3005...0x3007, 0x3021...0x3029, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x2FA1D,
        ]),
    ]

    private static let abbreviations: [Unicode.GeneralCategory: String] = [
        .uppercaseLetter: "Lu", .lowercaseLetter: "Ll", .titlecaseLetter: "Lt", .modifierLetter: "Lm",
        .otherLetter: "Lo",
        .nonspacingMark: "Mn", .spacingMark: "Mc", .enclosingMark: "Me", .decimalNumber: "Nd", .letterNumber: "Nl",
        .otherNumber: "No", .connectorPunctuation: "Pc", .dashPunctuation: "Pd", .openPunctuation: "Ps",
        .closePunctuation: "Pe", .initialPunctuation: "Pi", .finalPunctuation: "Pf", .otherPunctuation: "Po",
        .mathSymbol: "Sm", .currencySymbol: "Sc", .modifierSymbol: "Sk", .otherSymbol: "So", .spaceSeparator: "Zs",
        .lineSeparator: "Zl", .paragraphSeparator: "Zp", .control: "Cc", .format: "Cf", .surrogate: "Cs",
        .privateUse: "Co",
    ]
}
