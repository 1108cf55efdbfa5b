import Dispatch
import Foundation
import Synchronization

/// Catches SIGINT and SIGTERM from its creation on, so that none is lost before someone waits.
final class StopSignal {
    private let sources: [any DispatchSourceSignal]
    private let signals: AsyncStream<Void>
    private let mark = Mark()

    init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        let mark = mark
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                mark.isSet.store(true, ordering: .relaxed)
                continuation.yield()
            }
            source.resume()
            return source
        }
        self.signals = signals
    }

    deinit {
        for source in sources { source.cancel() }
    }

    /// Whether either has come, for work that looks up now and then.
    var hasCome: Bool { mark.isSet.load(ordering: .relaxed) }

    private final class Mark: Sendable {
        let isSet = Atomic(false)
    }

    /// Returns once either has come.
    func wait() async {
        for await _ in signals { return }
    }
}
