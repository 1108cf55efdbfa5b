/// Every function and operator the checker knows.
///
/// - Source: cel-spec `doc/langdef.md`, "List of Standard Definitions"; `doc/extensions/strings.md`; cel-go `ext/README.md`.
enum Signatures {
    static let all: [Signature.Name: [Signature]] = Dictionary(
        grouping: text.split(separator: "\n").compactMap { Signature($0) }, by: \.name)

    /// Number of declarations in the text; equal to the number read unless one is malformed.
    static let lineCount = text.split(separator: "\n").count

    private static let text = operators + conversions + strings + times + mathematics + extensions

    private static let operators = """
        !_(bool) -> bool
        -_(int) -> int
        -_(double) -> double
        _==_(A, A) -> bool
        _!=_(A, A) -> bool
        _+_(int, int) -> int
        _+_(uint, uint) -> uint
        _+_(double, double) -> double
        _+_(string, string) -> string
        _+_(bytes, bytes) -> bytes
        _+_(list(A), list(A)) -> list(A)
        _+_(timestamp, duration) -> timestamp
        _+_(duration, timestamp) -> timestamp
        _+_(duration, duration) -> duration
        _-_(int, int) -> int
        _-_(uint, uint) -> uint
        _-_(double, double) -> double
        _-_(timestamp, timestamp) -> duration
        _-_(timestamp, duration) -> timestamp
        _-_(duration, duration) -> duration
        _*_(int, int) -> int
        _*_(uint, uint) -> uint
        _*_(double, double) -> double
        _/_(int, int) -> int
        _/_(uint, uint) -> uint
        _/_(double, double) -> double
        _%_(int, int) -> int
        _%_(uint, uint) -> uint
        @in(A, list(A)) -> bool
        @in(A, map(A, B)) -> bool
        _[_](list(A), int) -> A
        _[_](map(A, B), A) -> B

        """
        + ["<", "<=", ">", ">="].map { symbol in
            ["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"]
                .map { "_\(symbol)_(\($0), \($0)) -> bool\n" }.joined()
        }.joined()

    private static let conversions = """
        bool(bool) -> bool
        bool(string) -> bool
        bytes(bytes) -> bytes
        bytes(string) -> bytes
        double(double) -> double
        double(int) -> double
        double(uint) -> double
        double(string) -> double
        duration(duration) -> duration
        duration(string) -> duration
        dyn(A) -> dyn
        int(int) -> int
        int(uint) -> int
        int(double) -> int
        int(string) -> int
        int(timestamp) -> int
        string(string) -> string
        string(bool) -> string
        string(int) -> string
        string(uint) -> string
        string(double) -> string
        string(bytes) -> string
        string(timestamp) -> string
        string(duration) -> string
        timestamp(timestamp) -> timestamp
        timestamp(string) -> timestamp
        timestamp(int) -> timestamp
        type(A) -> type
        uint(uint) -> uint
        uint(int) -> uint
        uint(double) -> uint
        uint(string) -> uint

        """

    private static let strings = """
        size(string) -> int
        size(bytes) -> int
        size(list(A)) -> int
        size(map(A, B)) -> int
        string.size() -> int
        bytes.size() -> int
        list(A).size() -> int
        map(A, B).size() -> int
        string.contains(string) -> bool
        string.startsWith(string) -> bool
        string.endsWith(string) -> bool
        string.matches(string) -> bool
        matches(string, string) -> bool
        string.charAt(int) -> string
        string.indexOf(string) -> int
        string.indexOf(string, int) -> int
        string.lastIndexOf(string) -> int
        string.lastIndexOf(string, int) -> int
        string.lowerAscii() -> string
        string.upperAscii() -> string
        string.replace(string, string) -> string
        string.replace(string, string, int) -> string
        string.split(string) -> list(string)
        string.split(string, int) -> list(string)
        string.substring(int) -> string
        string.substring(int, int) -> string
        string.trim() -> string
        string.reverse() -> string
        string.format(list(dyn)) -> string
        list(string).join() -> string
        list(string).join(string) -> string
        strings.quote(string) -> string

        """

    private static let times =
        [
            "Date", "DayOfMonth", "DayOfWeek", "DayOfYear", "FullYear", "Month", "Hours", "Minutes", "Seconds",
            "Milliseconds",
        ]
        .map { "timestamp.get\($0)() -> int\ntimestamp.get\($0)(string) -> int\n" }.joined()
        + ["Hours", "Minutes", "Seconds", "Milliseconds"].map { "duration.get\($0)() -> int\n" }.joined()

    private static let mathematics =
        ["ceil", "floor", "round", "trunc", "sqrt"].map { "math.\($0)(double) -> double\n" }.joined()
        + ["isNaN", "isInf", "isFinite"].map { "math.\($0)(double) -> bool\n" }.joined()
        + ["abs", "sign"].flatMap { name in ["int", "uint", "double"].map { "math.\(name)(\($0)) -> \($0)\n" } }
        .joined()
        + ["int", "uint"].map { type in
            """
            math.bitAnd(\(type), \(type)) -> \(type)
            math.bitOr(\(type), \(type)) -> \(type)
            math.bitXor(\(type), \(type)) -> \(type)
            math.bitNot(\(type)) -> \(type)
            math.bitShiftLeft(\(type), int) -> \(type)
            math.bitShiftRight(\(type), int) -> \(type)

            """
        }.joined()
        + "math.sqrt(int) -> double\nmath.sqrt(uint) -> double\n"

    private static let extensions = """
        list(A).slice(int, int) -> list(A)
        list(A).flatten() -> list(dyn)
        list(A).flatten(int) -> list(dyn)
        list(A).sort() -> list(A)
        list(A).distinct() -> list(A)
        list(A).reverse() -> list(A)
        lists.range(int) -> list(int)
        sets.contains(list(A), list(A)) -> bool
        sets.intersects(list(A), list(A)) -> bool
        sets.equivalent(list(A), list(A)) -> bool
        base64.encode(bytes) -> string
        base64.decode(string) -> bytes

        """
}
