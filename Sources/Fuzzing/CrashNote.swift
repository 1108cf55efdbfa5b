import Foundation
import Glibc

/// Writes the number of the input that was being read when the process is killed by its own fault.
enum CrashNote {
    /// Written by the one thread there is; read by the signal handler on the same thread.
    nonisolated(unsafe) static var number = 0

    static func install() {
        for fault in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
            signal(fault) { fault in
                CrashNote.write()
                // The default action, as if nobody had looked.
                signal(fault, SIG_DFL)
                raise(fault)
            }
        }
    }

    /// Only what a signal handler may do: no allocation.
    private static func write() {
        put("\ncrashed on input ")
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            var digit = UInt8(48 + number / divisor % 10)
            _ = Glibc.write(2, &digit, 1)
            divisor /= 10
        }
        put("\n")
    }

    private static func put(_ text: StaticString) {
        _ = Glibc.write(2, text.utf8Start, text.utf8CodeUnitCount)
    }
}
