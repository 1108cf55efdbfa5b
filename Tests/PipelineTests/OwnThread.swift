import Foundation
import Testing

/// Runs each step of a test on a thread of its own, since Kafka's calls block and the shared pool has few threads.
struct OwnThread: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(.ownThread) { try await function() }
    }
}

extension Trait where Self == OwnThread {
    static var ownThread: OwnThread { OwnThread() }
}

extension TaskExecutor where Self == ThreadExecutor {
    /// A thread for each step: what a test waits for must not wait for the shared pool.
    static var ownThread: ThreadExecutor { ThreadExecutor() }
}

final class ThreadExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }.start()
    }
}
