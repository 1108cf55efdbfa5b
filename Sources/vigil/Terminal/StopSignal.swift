import Dispatch
import Foundation

/// Catches SIGINT and SIGTERM from its creation on, so that none is lost before someone waits.
final class StopSignal {
    private let sources: [any DispatchSourceSignal]
    private let signals: AsyncStream<Void>

    init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        self.signals = signals
    }

    deinit {
        for source in sources { source.cancel() }
    }

    /// Returns once either has come.
    func wait() async {
        for await _ in signals { return }
    }
}
