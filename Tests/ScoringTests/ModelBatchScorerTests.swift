import Scoring
import Sequences
import Testing
import Transactions
import Transformer

@Suite struct ModelBatchScorerTests {
    /// Three users, one with more tokens than fit a chunk, and random weights that look far back.
    private func parts() throws -> (sequences: EncodedSequences, model: Model, dataset: HistoricalDataset) {
        let schema = TransactionSchema(
            name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"))
        var builder = HistoricalDatasetBuilder(schema: schema, historyCapacity: 7)
        for event in 0..<2000 {
            let user = event % 7 == 0 ? "a" : event % 11 == 0 ? "b" : "c"
            builder.add(
                Transaction(
                    id: "\(event)", user: user, time: EventTime(milliseconds: Int64(event) * 3_000_000),
                    amount: Double((event * 7919) % 1000)),
                isFraud: event % 50 == 0)
        }
        let dataset = builder.finished()
        let encoder = try Encoder.fit(schema: schema, rows: dataset.rows, labels: dataset.labels)
        let configuration = TransformerConfiguration(
            width: 8, heads: 2, feedForward: 16, window: 4, numbers: encoder.numberCount, binCounts: encoder.binCounts)
        let parameters = Parameters(TensorTable(configuration), seed: 5)
        for index in parameters.values.indices { parameters.values[index] *= 3 }
        let model = try Model(configuration: configuration, parameters: parameters, encoder: encoder)
        return (EncodedSequences(dataset, encoder: encoder), model, dataset)
    }

    @Test func chunksScoreAsWholeSequencesDo() throws {
        let (sequences, model, dataset) = try parts()
        let transformer = try Transformer(model.configuration)
        let workspace = Workspace(model.configuration)
        var batch = TokenBatch(model.configuration)
        for chunk in sequences.chunks(context: 0, maximumTokens: .max) { batch.append(chunk, of: sequences) }
        try transformer.forward(batch, model.parameters, workspace)
        let logits = try ModelBatchScorer(model, threads: 2).logits(sequences)
        for (token, row) in sequences.rows.enumerated() {
            #expect(abs(workspace.logits[token] - logits[row]) < 1e-4)
        }
        // Only the range is scored, with its context read.
        let from = dataset.times[1500]
        let late = try ModelBatchScorer(model, threads: 1).logits(sequences, from: from, to: dataset.times[1900])
        for row in 0..<dataset.count {
            let inRange = (1500..<1900).contains(row)
            #expect(inRange ? abs(late[row] - logits[row]) < 1e-4 : late[row].isNaN)
        }
    }

    @Test func aChunkWithoutItsContextWouldScoreOtherwise() throws {
        let (sequences, model, _) = try parts()
        let context = model.configuration.layers * (model.configuration.window - 1)
        let cut = sequences.chunks(context: context - 1, maximumTokens: 10)
        let whole = sequences.chunks(context: context, maximumTokens: 10)
        #expect(cut.map(\.scored) == whole.map(\.scored) && cut != whole)
        #expect(whole.flatMap(\.scored) == Array(0..<sequences.count))
    }
}
