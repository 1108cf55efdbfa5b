extension PatternParser {
    /// What follows a backslash outside brackets.
    mutating func escape() throws(PatternFault) -> PatternNode {
        switch peek() {
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        case "b": return assertion(.wordBoundary)
        case "B": return assertion(.noWordBoundary)
        case "Q":
            position += 1
            var nodes: [PatternNode] = []
            while let scalar = peek(), !skip("\\E") {
                nodes.append(literal(scalar))
                position += 1
            }
            return .sequence(nodes)
        default: break
        }
        if let set = try classEscape() { return .set(set) }
        return literal(try characterEscape())
    }

    private mutating func assertion(_ kind: PatternNode.Assertion) -> PatternNode {
        position += 1
        return .assertion(kind)
    }

    /// `\d`, `\w`, `\s`, `\p{…}` and their opposites; nil for any other escape.
    private mutating func classEscape() throws(PatternFault) -> ScalarSet? {
        guard let letter = peek() else { throw PatternFault("a pattern must not end in a backslash") }
        let set: ScalarSet
        switch letter {
        case "d", "D": set = .digits
        case "w", "W": set = .word
        case "s", "S": set = .space
        case "p", "P":
            position += 1
            return try category(isInverted: letter == "P")
        default: return nil
        }
        position += 1
        return ("A"..."Z").contains(letter) ? set.inverted : set
    }

    /// The name after `\p`: one letter, or more in braces, `^` turning it round.
    private mutating func category(isInverted: Bool) throws(PatternFault) -> ScalarSet {
        var name = ""
        var inverted = isInverted
        if skip("{") {
            if skip("^") { inverted.toggle() }
            while let scalar = peek(), scalar != "}" {
                name.unicodeScalars.append(scalar)
                position += 1
            }
            guard skip("}") else { throw PatternFault("'\\p{' is not closed") }
        } else if let scalar = peek() {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard let set = UnicodeCategories.set(named: name) else {
            throw PatternFault("unknown Unicode class '\(name)'")
        }
        return inverted ? set.inverted : set
    }

    /// One character written as an escape.
    private mutating func characterEscape() throws(PatternFault) -> Unicode.Scalar {
        guard let letter = peek() else { throw PatternFault("a pattern must not end in a backslash") }
        position += 1
        switch letter {
        case "a": return "\u{07}"
        case "f": return "\u{0C}"
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "v": return "\u{0B}"
        case "x": return try hexadecimal()
        case "0"..."7": return try octal(letter)
        default:
            guard !letter.properties.isAlphabetic, letter.properties.numericType == nil else {
                throw PatternFault("'\\\(letter)' is not supported")
            }
            return letter
        }
    }

    private mutating func hexadecimal() throws(PatternFault) -> Unicode.Scalar {
        var digits = ""
        if skip("{") {
            while let scalar = peek(), scalar != "}" {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            _ = skip("}")
        } else {
            for _ in 0..<2 {
                guard let scalar = peek() else { break }
                digits.unicodeScalars.append(scalar)
                position += 1
            }
        }
        guard digits.utf8.allSatisfy({ $0.hexadecimalValue != nil }), digits.utf8.count >= 2 || digits.utf8.count == 1,
            let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
        else { throw PatternFault("'\\x' needs two hexadecimal digits, or a code point in braces") }
        return scalar
    }

    private mutating func octal(_ first: Unicode.Scalar) throws(PatternFault) -> Unicode.Scalar {
        guard first == "0" || peek().map({ ("0"..."7").contains($0) }) == true else {
            throw PatternFault("back-references are not supported")
        }
        var value = first.value - 48
        for _ in 0..<2 {
            guard let digit = peek(), ("0"..."7").contains(digit) else { break }
            value = value * 8 + digit.value - 48
            position += 1
        }
        guard let scalar = Unicode.Scalar(value) else { throw PatternFault("an octal escape is out of range") }
        return scalar
    }

    /// The rest of a bracket expression, the opening bracket already read.
    mutating func bracketed() throws(PatternFault) -> ScalarSet {
        let isInverted = skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while true {
            guard let scalar = peek() else { throw PatternFault("'[' is not closed") }
            if scalar == "]", !isFirst {
                position += 1
                break
            }
            isFirst = false
            ranges += try bracketItem(scalar)
        }
        var set = ScalarSet(ranges)
        if flags.ignoresCase { set = set.ignoringCase }
        return isInverted ? set.inverted : set
    }

    private mutating func bracketItem(_ scalar: Unicode.Scalar) throws(PatternFault) -> [ClosedRange<UInt32>] {
        if skip("[:") { return try posixClass().ranges }
        if scalar == "\\" {
            position += 1
            if let set = try classEscape() { return set.ranges }
            position -= 1
        }
        let low = try bracketCharacter()
        guard peek() == "-", let after = peek(1), after != "]" else { return [low.value...low.value] }
        position += 1
        let high = try bracketCharacter()
        guard low <= high else { throw PatternFault("the range '\(low)-\(high)' runs backwards") }
        return [low.value...high.value]
    }

    private mutating func bracketCharacter() throws(PatternFault) -> Unicode.Scalar {
        guard let scalar = peek() else { throw PatternFault("'[' is not closed") }
        position += 1
        return scalar == "\\" ? try characterEscape() : scalar
    }

    private mutating func posixClass() throws(PatternFault) -> ScalarSet {
        let isInverted = skip("^")
        var name = ""
        while let scalar = peek(), scalar != ":" {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard skip(":]"), let set = UnicodeCategories.posix[name] else {
            throw PatternFault("unknown character class '[:\(name):]'")
        }
        return isInverted ? set.inverted : set
    }
}
