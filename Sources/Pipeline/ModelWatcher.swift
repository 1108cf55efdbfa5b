internal import Foundation
internal import Logging
internal import Scoring

/// Looks at the model's directory now and then and hands the processor what has been put there.
///
/// A directory that does not hold a whole model is left alone until it changes again: the model in use stays.
struct ModelWatcher {
    let path: String
    /// Which of the directory's adapters to put on, as in `Model.load`.
    let adapter: String?
    let intervalMilliseconds: Int64
    let inbox: BoundedQueue<ProcessorMessage>
    let stopping: StopFlag
    let logger: Logger

    /// Runs until the processor stops.
    ///
    /// - Parameter hash: of the model in use.
    func run(from hash: String) async {
        var hash = hash
        // Nothing is seen yet: the directory may have changed since the model in use was read.
        var seen: [String] = []
        while !stopping.isStopping, !inbox.isFinished {
            await pause()
            let current = fingerprint()
            guard current != seen else { continue }
            seen = current
            switch Result(catching: { try Model.load(from: path, adapter: adapter) }) {
            case .success(let model) where model.hash != hash:
                hash = model.hash
                inbox.sendNow(.model(model))
            case .success: break
            case .failure(let error):
                logger.error("The model's directory has changed but holds no model", metadata: ["reason": "\(error)"])
            }
        }
    }

    /// Waits out the interval in steps short enough not to hold up the end.
    private func pause() async {
        var left = intervalMilliseconds
        while left > 0, !stopping.isStopping, !inbox.isFinished {
            let step = min(left, 100)
            try? await Task.sleep(for: .milliseconds(step))
            left -= step
        }
    }

    /// Sizes and times of the files that make a model, adapters among them.
    private func fingerprint() -> [String] {
        let adapters = ModelAdapter.names(in: path).map { ModelAdapter.path(of: $0, in: path) }
        let files = Model.File.allCases.map {
            URL(fileURLWithPath: path, isDirectory: true).appendingPathComponent($0.rawValue).path
        }
        return (files + adapters).map { place in
            let attributes = try? FileManager.default.attributesOfItem(atPath: place)
            // A date's description ends at seconds, and a freed inode's number comes back within them.
            let modified = (attributes?[.modificationDate] as? Date)?.timeIntervalSinceReferenceDate
            let numbers: [Any?] = [attributes?[.size], modified, attributes?[.systemFileNumber]]
            return numbers.map { $0.map { "\($0)" } ?? "" }.joined(separator: " ")
        }
    }
}
