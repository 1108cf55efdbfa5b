import Evaluation
import Transactions

/// What `vigil rules backtest --json` prints: the backtest, and the span that it is of.
struct BacktestDocument: Encodable {
    private let backtest: RuleBacktest
    private let span: Span

    private struct Span: Encodable {
        var from: String
        var to: String
        var partial: Bool
    }

    init(_ backtest: RuleBacktest, of result: ReplayResult) {
        self.backtest = backtest
        span = Span(from: result.from.iso8601, to: result.to.iso8601, partial: result.isPartial)
    }

    func encode(to encoder: any Encoder) throws {
        try backtest.encode(to: encoder)
        try span.encode(to: encoder)
    }
}
