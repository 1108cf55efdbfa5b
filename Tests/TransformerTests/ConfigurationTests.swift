import Foundation
import Testing

@testable import Transformer

@Suite struct ConfigurationTests {
    private static let good = TransformerConfiguration(numbers: 3, binCounts: [4, 5], pretrainingClasses: [6])

    @Test func aGoodOneRoundTrips() throws {
        try Self.good.validate()
        let json = try JSONEncoder().encode(Self.good)
        #expect(try JSONDecoder().decode(TransformerConfiguration.self, from: json) == Self.good)
        #expect(Self.good.historyLength == 2 * 31 + 1)
    }

    @Test func aBadOneNamesTheField() {
        let faults: [(String, (inout TransformerConfiguration) -> Void)] = [
            ("layers is 0", { $0.layers = 0 }), ("layers is 65", { $0.layers = 65 }),
            ("width 33 is not a multiple of heads 2", { $0.width = 33 }), ("width is -2", { $0.width = -2 }),
            ("heads is 0", { $0.heads = 0 }), ("feedForward is 0", { $0.feedForward = 0 }),
            ("window is 0", { $0.window = 0 }), ("window is 1025", { $0.window = 1025 }),
            ("numbers is 0", { $0.numbers = 0 }), ("binCounts[1] is 0", { $0.binCounts[1] = 0 }),
            ("binCounts[0] is 65537", { $0.binCounts[0] = 65_537 }),
            ("pretrainingClasses[0] is 0", { $0.pretrainingClasses[0] = 0 }),
        ]
        for (message, change) in faults {
            var configuration = Self.good
            change(&configuration)
            let error = #expect(throws: TransformerError.self) { try configuration.validate() }
            #expect(error?.message.hasPrefix(message) == true, "\(message)")
            #expect(error?.field.map { message.hasPrefix("\($0) ") } == true, "\(message)")
        }
    }

    @Test(arguments: [-0.1, 1, .nan] as [Float]) func dropoutIsAShare(dropout: Float) {
        var configuration = Self.good
        configuration.dropout = dropout
        #expect(throws: TransformerError.self) { try configuration.validate() }
    }

    @Test func aBinOutOfRangeIsRefused() throws {
        let transformer = try Transformer(Self.good)
        var batch = TokenBatch(Self.good)
        batch.beginSequence(key: 0)
        batch.append(numbers: [1, 2, 3], bins: [3, 4], timeMilliseconds: 0)
        let parameters = Parameters(transformer.table, seed: 1)
        let workspace = Workspace(Self.good)
        try transformer.forward(batch, parameters, workspace)
        batch.append(numbers: [1, 2, 3], bins: [3, 5], timeMilliseconds: 0)
        let error = #expect(throws: TransformerError.self) {
            try transformer.forward(batch, parameters, workspace)
        }
        #expect(error?.message == "token 1: bin 5 of field 1, which has 5")
    }

    @Test func initialWeightsFollowTheSeed() throws {
        let table = TensorTable(Self.good)
        let (first, again, other) = (Parameters(table, seed: 1), Parameters(table, seed: 1), Parameters(table, seed: 2))
        #expect(Array(first.values) == Array(again.values))
        #expect(Array(first.values) != Array(other.values))
        #expect(table.entries.allSatisfy { $0.offset % 16 == 0 })
        #expect(first["norm.weight"].map { $0.allSatisfy { $0 == 1 } } == true)
    }
}
