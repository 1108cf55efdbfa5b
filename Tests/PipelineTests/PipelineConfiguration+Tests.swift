import Postgres
import Rules
import Transactions

@testable import Pipeline

extension PipelineConfiguration {
    /// The whole service over topics and a database of a test's own; every transaction becomes an alert.
    static func flagsAll(_ topics: TopicNames, _ postgres: PostgresSettings) throws -> PipelineConfiguration {
        var configuration = PipelineConfiguration(
            kafka: try TestBrokers.groupSettings(), postgres: postgres, model: try SmallModel.shared.get(),
            rules: try RuleSet.load(text: ProcessorRun.flagAll, schema: SmallModel.schema), pseudonymizer: .plain,
            owner: "test")
        configuration.topics = topics
        configuration.group = topics.transactions
        configuration.idleGraceMilliseconds = 100
        return configuration
    }
}
