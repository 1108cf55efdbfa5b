import Foundation

/// Numbers with a fixed count of decimals, as C's `printf` rounds them; `String(format:)` takes ten times as long, and
/// reasons are full of them.
package enum FixedPoint {
    package static func text(_ value: Double, _ digits: Int) -> String {
        withVaList([Int32(clamping: digits), value]) { arguments in
            // The largest double has 309 digits before the point.
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
                let written = vsnprintf(buffer.baseAddress, buffer.count, "%.*f", arguments)
                let bytes = UnsafeRawBufferPointer(buffer).prefix(max(0, min(Int(written), buffer.count - 1)))
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }
}
