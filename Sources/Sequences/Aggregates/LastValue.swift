public import Transactions

/// The newest value of something and when it was seen.
public struct LastValue: Hashable, Sendable {
    /// A number or a text; what else there is, aggregates do not keep.
    public enum Content: Hashable, Sendable {
        case number(Double)
        case text(String)
    }

    public var time: EventTime
    public var content: Content

    public init(time: EventTime, content: Content) {
        self.time = time
        self.content = content
    }

    /// The newer of two; of two at the same time the same one whichever comes first.
    func newer(of other: LastValue) -> LastValue {
        if time != other.time { return time < other.time ? other : self }
        switch (content, other.content) {
        case (.number(let own), .number(let others)): return own.bitPattern < others.bitPattern ? other : self
        case (.text(let own), .text(let others)): return own < others ? other : self
        case (.number, .text): return other
        case (.text, .number): return self
        }
    }

    /// Longest text kept, in bytes.
    static let textLimit = 1024

    func write(to writer: inout StateWriter) {
        writer.zigzag(time.milliseconds)
        switch content {
        case .number(let number):
            writer.fixed(UInt8(0))
            writer.fixed(number.bitPattern)
        case .text(let text):
            writer.fixed(UInt8(1))
            writer.varint(UInt64(text.utf8.count))
            for byte in text.utf8 { writer.fixed(byte) }
        }
    }

    init(from reader: inout StateReader) throws(StateFault) {
        time = EventTime(milliseconds: try reader.zigzag())
        switch try reader.fixed(UInt8.self) {
        case 0: content = .number(Double(bitPattern: try reader.fixed(UInt64.self)))
        case 1:
            let count = try reader.count(ofAtLeast: 1)
            var bytes: [UInt8] = []
            for _ in 0..<count { bytes.append(try reader.fixed(UInt8.self)) }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw StateFault(.malformed, offset: reader.position, "a text that is not UTF-8")
            }
            content = .text(text)
        default: throw StateFault(.malformed, offset: reader.position - 1, "a value not 0 or 1")
        }
    }
}
