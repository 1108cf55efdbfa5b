#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension Functions {
    /// `string.format(list)`: `%s %d %f %e %x %X %o %b` and `%%`.
    ///
    /// - Source: cel-spec `doc/extensions/strings.md`.
    static let format: Implementation = { arguments, budget in
        guard arguments.count == 2, case .string(let template) = arguments[0], case .list(let values) = arguments[1]
        else {
            return .noSuchOverload
        }
        budget.spend(bytes: template.utf8.count)
        var result = ""
        var remaining = values[...]
        var scalars = template.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            switch clause(&scalars) {
            case .failure(let failure): return .failure(failure)
            case .success(let clause) where clause.letter == "%": result += "%"
            case .success(let clause):
                guard let value = remaining.popFirst() else {
                    return .invalid("error during formatting: more clauses than values")
                }
                switch clause.text(of: value, &budget) {
                case .success(let text): result += text
                case .failure(let failure): return .failure(failure)
                }
            }
            budget.spend(bytes: 64)
            if budget.isSpent { return .failure(.costExceeded) }
        }
        return .string(result)
    }

    /// Reads what follows a percent sign.
    private static func clause(_ scalars: inout String.UnicodeScalarView.Iterator) -> Result<FormatClause, Failure> {
        guard var letter = scalars.next() else { return .failure(FormatClause.failure("a clause ends early")) }
        var precision: Int?
        if letter == "." {
            var digits = ""
            while let next = scalars.next() {
                letter = next
                guard ("0"..."9").contains(next) else { break }
                digits.unicodeScalars.append(next)
                letter = "."
            }
            guard let value = Int(digits), value <= FormatClause.precisionLimit, letter != "." else {
                return .failure(FormatClause.failure("a precision is written as in %.3f"))
            }
            precision = value
        }
        return .success(FormatClause(letter: letter, precision: precision))
    }
}

/// One `%` of a format and what it makes of a value.
private struct FormatClause {
    static let precisionLimit = 100

    let letter: Unicode.Scalar
    let precision: Int?

    static func failure(_ message: String) -> Failure {
        Failure(.invalidArgument, "error during formatting: " + message)
    }

    func text(of value: Value, _ budget: inout Budget) -> Result<String, Failure> {
        switch letter {
        case "s": return .success(Format.text(of: value, &budget))
        case "d": return decimal(value)
        case "f", "e": return decimalPoint(value)
        case "x", "X": return hexadecimal(value).map { letter == "X" ? $0.uppercased() : $0 }
        case "o": return digits(of: value, radix: 8, "octal clause can only be used on integers")
        case "b":
            if case .bool(let value) = value { return .success(value ? "1" : "0") }
            return digits(of: value, radix: 2, "only integers and bools can be formatted as binary")
        default: return .failure(Self.failure("unknown clause '%\(letter)'"))
        }
    }

    private func refused(_ rule: String, _ value: Value) -> Result<String, Failure> {
        .failure(Self.failure("\(rule), was given \(value.type?.rawValue ?? "an error")"))
    }

    private func decimal(_ value: Value) -> Result<String, Failure> {
        if case .double(let number) = value { return .success(NumberText.shortest(number)) }
        return digits(of: value, radix: 10, "decimal clause can only be used on integers")
    }

    private func digits(of value: Value, radix: Int, _ rule: String) -> Result<String, Failure> {
        switch value {
        case .int(let number): .success(String(number, radix: radix))
        case .uint(let number): .success(String(number, radix: radix))
        default: refused(rule, value)
        }
    }

    private func hexadecimal(_ value: Value) -> Result<String, Failure> {
        switch value {
        case .string(let text): .success(Self.hexadecimal(Array(text.utf8)))
        case .bytes(let bytes): .success(Self.hexadecimal(bytes))
        default: digits(of: value, radix: 16, "only integers, byte buffers, and strings can be formatted as hex")
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func decimalPoint(_ value: Value) -> Result<String, Failure> {
        let number: Double
        switch value {
        case .double(let value): number = value
        case .int(let value): number = Double(value)
        case .uint(let value): number = Double(value)
        default:
            let name = letter == "f" ? "fixed-point" : "scientific"
            return refused("\(name) clause can only be used on doubles", value)
        }
        guard number.isFinite else { return .success(NumberText.shortest(number)) }
        return .success(Self.text(of: number, letter == "f" ? "%.*f" : "%.*e", precision ?? 6))
    }

    /// C's own rounding: exact, halves to even.
    private static func text(of number: Double, _ format: String, _ precision: Int) -> String {
        // 309 digits before the point, the precision after it, sign, point and exponent.
        var buffer = [CChar](repeating: 0, count: 320 + precisionLimit)
        let count = withVaList([CInt(precision), number]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(decoding: buffer.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
