import Testing

@testable import Pipeline

@Suite struct RestoreReportTests {
    @Test func aLongRestoreSaysHowLongItTakes() {
        var report = RestoreReport()
        #expect(report.progress(left: 0, at: 0) == nil)
        #expect(report.progress(left: 9000, at: 1000) == nil)
        #expect(report.progress(left: 8000, at: 3000) == nil)
        #expect(
            report.progress(left: 6000, at: 7000)
                == .init(events: 3000, eventsPerSecond: 500, left: 6000, secondsLeft: 12))
        #expect(report.progress(left: 5000, at: 9000) == nil)
        // More partitions: measured anew.
        #expect(report.progress(left: 20_000, at: 9500) == nil)
        #expect(report.progress(left: 20_000, at: 14_500)?.secondsLeft == nil)
        #expect(
            report.progress(left: 0, at: 19_500)
                == .init(events: 20_000, eventsPerSecond: 2000, left: 0, secondsLeft: 0))
        #expect(report.progress(left: 0, at: 30_000) == nil)
    }

    @Test func aShortOneSaysNothing() {
        var report = RestoreReport()
        #expect(report.progress(left: 100, at: 0) == nil)
        #expect(report.progress(left: 0, at: 900) == nil)
    }
}
