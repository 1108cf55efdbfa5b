internal import Scoring
internal import Transactions

/// Everything that a replay says in figures: what its JSON adds to the counts, and what the report draws.
public struct ReplayAnalysis: Sendable {
    /// What is asked for beyond the figures themselves.
    public struct Options: Sendable {
        /// What decisions cost; nil where nobody said.
        public var costs: DecisionCosts?
        /// Thresholds to be chosen.
        public var goals: [ThresholdGoal] = []
        /// Resamples of users for the intervals; 0 for none.
        public var resamples = 1000
        public var threads = 2

        public init() {}
    }

    /// One contender's figures by view.
    public struct Contender: Sendable {
        public var name: String
        public var all: ViewMetrics
        public var model: ViewMetrics
        public var rules: ViewMetrics
        public var both: ViewMetrics
        public var ruleTable: RuleTable
        /// (rules) each as if it alone decided.
        public var byRule: [ViewMetrics]
    }

    /// One feature, or the model's score, before the span and in it.
    public struct Drift: Hashable, Sendable, Encodable {
        public var name: String
        /// Population stability index; nil where one side is empty.
        public var psi: Double?
    }

    /// The champion first.
    public var contenders: [Contender]
    public var comparisons: [ContenderComparison]
    public var segments: [SegmentTable]
    /// By falling index; empty where nothing was measured.
    public var drift: [Drift]
    /// The champion's, one a goal.
    public var choices: [ThresholdChoice]

    public init(_ result: ReplayResult, options: Options = Options()) {
        let table = result.table
        let bootstrap = UserBootstrap(resamples: options.resamples, threads: options.threads)
        let counted = CountedRows(table)
        typealias Figures = (metrics: ViewMetrics, samples: BootstrapSamples)
        var ofAll: [BootstrapSamples] = []
        contenders = []
        for index in table.contenders.indices {
            let wholes: [DecisionView] = [.all, .model, .rules, .both]
            let views = wholes + table.contenders[index].rules.indices.map(DecisionView.rule)
            let ofViews = ParallelWork.map(count: views.count, threads: options.threads) { place -> Figures in
                let columns = OutcomeColumns(table, counted, contender: index, view: views[place])
                let samples =
                    place < wholes.count && options.resamples > 0
                    ? bootstrap.run(columns, costs: options.costs) : BootstrapSamples(values: [:])
                return (ViewMetrics(columns, costs: options.costs, intervals: samples.intervals), samples)
            }
            ofAll.append(ofViews[0].samples)
            contenders.append(
                Contender(
                    name: table.contenders[index].name, all: ofViews[0].metrics, model: ofViews[1].metrics,
                    rules: ofViews[2].metrics, both: ofViews[3].metrics,
                    ruleTable: RuleTable(table, contender: index),
                    byRule: ofViews.dropFirst(wholes.count).map(\.metrics)))
        }
        let figures = contenders
        comparisons = table.contenders.indices.dropFirst().map { index in
            ContenderComparison(
                table, contender: index, metrics: (figures[0].all, figures[index].all),
                samples: (ofAll[0], ofAll[index]))
        }
        let columns = OutcomeColumns(table, counted, contender: 0, view: .all)
        segments = table.segments.map { segment in
            SegmentTable(
                name: segment.name, groups: segment.groups, codes: counted.column { segment.codes[$0] },
                columns: columns)
        }
        drift = Self.drift(result)
        let search = ThresholdSearch(table, days: result.days)
        choices = options.goals.map(search.choose)
    }

    private static func drift(_ result: ReplayResult) -> [Drift] {
        guard let measured = result.drift else { return [] }
        let score = Drift(
            name: "model score",
            psi: PopulationStability.index(
                scoresBefore: measured.scoresBefore, during: result.table.champion.modelScores))
        let features = measured.features.map {
            Drift(name: $0.name, psi: PopulationStability.index(before: $0.before, during: $0.during))
        }
        return [score] + features.sorted { ($1.psi ?? -1, $0.name) < ($0.psi ?? -1, $1.name) }
    }
}

extension ReplayResult {
    /// The span's length.
    var days: Double { max(to.days - from.days, 0) }
}

extension ThresholdSearch {
    /// Over every row of a replay, as the champion decided.
    init(_ table: ReplayTable, days: Double) {
        let own = table.champion
        self.init(
            scores: own.scores,
            frauds: Column(count: table.count) {
                table.maturities[$0] == .mature && table.truths[$0] >= 0 ? table.truths[$0] == 1 : nil
            },
            amounts: table.amounts, forced: Column(count: table.count, own.forced), days: days,
            decline: own.thresholds.decline)
    }
}
