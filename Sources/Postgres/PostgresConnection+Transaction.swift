internal import CLibPQ

extension PostgresConnection {
    /// How much a transaction sees of the others that run beside it.
    public enum Isolation: String, Sendable {
        case readCommitted = "READ COMMITTED"
        case repeatableRead = "REPEATABLE READ"
        case serializable = "SERIALIZABLE"
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// - Throws: what `body` throws, or `PostgresError`; with `isOutcomeUnknown` when the connection went during COMMIT.
    public func transaction<Answer>(
        _ isolation: Isolation = .readCommitted, _ body: (PostgresConnection) throws -> Answer
    ) throws -> Answer {
        guard !isInTransaction else {
            throw PostgresError(sqlState: "25001", message: "a transaction is already open", operation: "begin")
        }
        try run(script: "BEGIN ISOLATION LEVEL \(isolation.rawValue)")
        let answer: Answer
        do {
            answer = try body(self)
        } catch {
            rollback()
            throw error
        }
        try commit()
        return answer
    }

    private func commit() throws(PostgresError) {
        let result: PostgresResult
        do {
            result = try execute("COMMIT")
        } catch {
            rollback()
            var unknown = error
            unknown.isOutcomeUnknown = error.isConnectionLost
            throw unknown
        }
        // COMMIT of a failed transaction answers ROLLBACK, and no error.
        guard result.commandTag == "COMMIT" else {
            throw PostgresError(
                sqlState: "25P02", message: "a statement had failed, so nothing was committed", operation: "commit")
        }
    }

    private func rollback() {
        guard isInTransaction else { return }
        do throws(PostgresError) {
            try run(script: "ROLLBACK")
        } catch {
            close()  // the server rolls back what its client leaves behind
        }
    }
}
