import Evaluation
import Foundation

/// An evaluation's figures for people.
enum EvaluationText {
    static func lines(_ report: EvaluationReport) -> [String] {
        var table = TextTable(header: ["figure", "value"])
        table.rows = [["events", "\(report.events)"], ["frauds", "\(report.frauds)"]]
        table.rows.append(["AUC ROC", number(report.aucROC)])
        table.rows.append(["average precision", number(report.averagePrecision)])
        for (rate, recall) in report.recallAtAlertRate.sorted(by: { $0.key < $1.key }) {
            table.rows.append(["recall at alert rate \(rate)", number(recall)])
        }
        for (precision, recall) in report.recallAtPrecision.sorted(by: { $0.key < $1.key }) {
            table.rows.append(["recall at precision \(precision)", number(recall)])
        }
        table.rows.append(["card precision at 100", number(report.cardPrecisionAt100)])
        table.rows.append(["calibration error", number(report.ece)])
        return table.lines()
    }

    /// A dash where a figure is not defined.
    static func number(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "–" }
}
