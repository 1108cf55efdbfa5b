import Testing
import Transactions

struct DurationTextTests {
    @Test(arguments: [
        ("7d", 604_800_000), ("90m", 5_400_000), ("250ms", 250), ("1h30m", 5_400_000), ("0s", 0),
        ("2w1d", 1_296_000_000),
        ("1m1ms", 60_001),
    ])
    func reads(text: String, milliseconds: Int64) {
        #expect(DurationText.milliseconds(text) == milliseconds)
    }

    @Test(arguments: [
        "", "7", "d", "-1d", "1.5h", "1m1h", "1d1d", "7 d", "7D", "99999999999999999999d", "9223372036854775807w",
    ])
    func refuses(text: String) {
        #expect(DurationText.milliseconds(text) == nil)
    }

    @Test func whatIsWrittenIsReadBack() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let milliseconds = Int64.random(in: 0...(1 << Int64.random(in: 0...50)), using: &random)
            #expect(DurationText.milliseconds(DurationText.text(milliseconds: milliseconds)) == milliseconds)
        }
        #expect(DurationText.text(milliseconds: 5_400_000) == "1h30m")
    }
}
