import Training

/// What `adapt` has to tell at its end.
struct AdaptationSummary: Encodable {
    /// Nil where the challenger was refused.
    var model: String?
    var isAccepted: Bool
    var championHash: String
    var challengerHash: String
    var new: Int
    var rehearsed: Int
    var trainedParameters: Int
    var parameters: Int
    var old: AdaptationReport.Comparison?
    var late: AdaptationReport.Comparison?
    var maximumRegression: Double
    var seconds: Double

    init(_ report: AdaptationReport, out: String) {
        isAccepted = report.isAcceptable
        model = report.isAcceptable ? out : nil
        championHash = report.championHash
        challengerHash = report.challengerHash
        new = report.new
        rehearsed = report.rehearsed
        trainedParameters = report.trainedParameters
        parameters = report.parameters
        old = report.old
        late = report.late
        maximumRegression = report.options.maximumRegression
        seconds = report.seconds
    }

    var lines: [String] {
        var table = TextTable(header: ["average precision", "events", "frauds", "champion", "challenger"])
        for (name, slice) in [("old slice", old), ("new slice", late)] {
            guard let slice else { continue }
            table.rows.append([
                name, "\(slice.events)", "\(slice.frauds)", EvaluationText.number(slice.champion),
                EvaluationText.number(slice.challenger),
            ])
        }
        return [
            "trained \(trainedParameters) parameters, the champion has \(parameters), on \(new) new labels and \(rehearsed) old "
                + "ones"
        ] + table.lines()
    }
}
