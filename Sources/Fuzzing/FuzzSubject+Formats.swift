import Foundation
import Transactions

extension FuzzSubject {
    /// Events in Avro or Protobuf: those of the tests, whatever the frame's content is changed to.
    ///
    /// - Parameter name: `avro` or `protobuf`.
    static func events(_ name: String) throws -> FuzzSubject {
        struct Event: Decodable { var hex: String }
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Tests/TransactionsTests/Fixtures").standardized
        let path = fixtures.appending(path: "payments-\(name).yaml").path
        let schema = try TransactionSchema.load(path: path)
        let decoder = PayloadDecoder(
            schema: schema, format: try EventFormat.load(path: path, for: schema), form: .canonical)
        let data = try Data(contentsOf: fixtures.appending(path: "events.json"))
        let events = try JSONDecoder().decode([String: [Event]].self, from: data)[name] ?? []
        return FuzzSubject(events.map { bytes($0.hex) }) { bytes in
            // Most changes would end at the frame.
            let framed = bytes.count % 8 == 3 ? bytes : bytes.enumerated().map { $0.offset < 4 ? 0 : $0.element }
            do throws(EventFault) {
                _ = try decoder.decode(framed, messageTimestamp: nil)
                return true
            } catch {
                return false
            }
        }
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
    }
}
