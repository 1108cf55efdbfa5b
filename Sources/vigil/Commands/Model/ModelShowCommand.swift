import ArgumentParser
import Foundation
import Scoring
import Training
import Transactions
import Transformer

/// `vigil model show`: what a model directory holds.
struct ModelShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Describes a model directory.")

    @Argument(help: "Model directory.")
    var model: String

    @OptionGroup var adapter: AdapterOption
    @OptionGroup var output: JSONOption

    func run() throws {
        let summary = ModelSummary(try Model.load(from: model, adapter: adapter.adapter), path: model)
        if output.json {
            try Terminal.json(summary)
        } else {
            for line in summary.lines { Terminal.data(line) }
        }
    }
}
