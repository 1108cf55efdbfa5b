import Foundation
import Kafka
import Postgres
import Testing

@testable import Pipeline

/// PostgreSQL away, slow, full and restarted: the service keeps its partitions, waits, and loses and doubles nothing.
@Suite(.serialized, .ownThread) struct OutageTests {
    /// `VIGIL_TEST_OUTAGE_SECONDS=60` for the minute that the guarantee is about.
    private static let seconds =
        ProcessInfo.processInfo.environment["VIGIL_TEST_OUTAGE_SECONDS"].flatMap(Double.init) ?? 6

    private func during(_ body: (OutageRun) async throws -> Void) async throws {
        let run = try OutageRun()
        do {
            run.start()
            try run.publish(500)
            try run.waitUntilDecided()
            try run.settle()
            try await body(run)
            try await run.finish()
        } catch {
            await run.abandon()
            throw error
        }
    }

    /// As long as a session of the group.
    @Test func anOutageIsWaitedOut() async throws {
        try await during { run in
            try run.server.crash()
            let end = Date(timeIntervalSinceNow: Self.seconds)
            try run.publish(5000)
            try wait(within: Self.seconds + 60, "the end of the outage") { Date() >= end }
            try run.server.revive()
            try run.waitUntilDecided()
            #expect(run.notes.retries.count > 2)
            // Jittered: no two waits are the same.
            #expect(Set(run.notes.retries.map(\.seconds)).count == run.notes.retries.count)
        }
    }

    @Test func aRestartIsWaitedOut() async throws {
        try await during { run in
            for _ in 0..<2 {
                try run.publish(2000)
                try run.server.crash()
                try run.server.revive()
            }
            try run.waitUntilDecided()
        }
    }

    /// Each statement on what the commits write takes half a second.
    @Test func slowStatementsSlowCommitsOnly() async throws {
        try await during { run in
            try run.connect().run(
                script: """
                    CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
                    CREATE TRIGGER slow AFTER INSERT OR UPDATE ON vigil.alerts
                    FOR EACH STATEMENT EXECUTE FUNCTION public.slow();
                    CREATE TRIGGER slow AFTER INSERT OR UPDATE ON vigil.stream_progress
                    FOR EACH STATEMENT EXECUTE FUNCTION public.slow();
                    """)
            try run.publish(5000)
            try run.waitUntilDecided()
        }
    }

    /// The alerts' disk is full, until something is deleted from it.
    @Test func aFullDiskIsWaitedOut() async throws {
        try await during { run in
            let disk = try SmallDisk(beside: run.server)
            run.disk = disk
            try disk.take(try run.connect())
            try disk.fill()
            try run.publish(5000)
            try wait("the disk is full") {
                run.notes.retries.contains { $0.error.contains("53100") }
            }
            let refused = run.notes.retries.count
            try wait("it is tried again") { run.notes.retries.count > refused + 1 }
            try disk.free(try run.connect())
            try run.waitUntilDecided()
        }
    }
}
