internal import CLibPQ

/// What was queued in the pipeline, in order; each has one answer.
private enum Queued {
    case prepare(PreparedKey, name: String, statement: Int)
    case execute(PreparedKey?, statement: Int)
}

extension PostgresConnection {
    /// Runs a batch in one round trip (libpq's pipeline mode). Outside a transaction the batch is a transaction of its own:
    /// all of it is done, or nothing is. Inside one, a failure leaves the transaction to be rolled back.
    ///
    /// - Throws: the first statement's error, with its position; those after it were not run.
    /// - Returns: one result a statement.
    public func execute(_ batch: PostgresBatch) throws(PostgresError) -> [PostgresResult] {
        if batch.isEmpty { return [] }
        let operation = "execute a batch of \(batch.count)"
        let handle = try live(operation)
        guard PQenterPipelineMode(handle) == 1 else { throw PostgresError(connection: handle, operation: operation) }
        do throws(PostgresError) {
            let queued = try enqueue(batch, handle, operation)
            let deadline = responseDeadline
            try flush(handle, deadline, operation)
            let answers = try receive(queued, batch, handle, deadline, operation)
            try leavePipeline(handle, deadline, operation)
            return try answers.get()
        } catch {
            guard error.isConnectionLost else { throw error }
            var unknown = error
            unknown.isOutcomeUnknown = true
            throw unknown
        }
    }

    private func enqueue(
        _ batch: PostgresBatch, _ handle: OpaquePointer, _ operation: String
    ) throws(PostgresError) -> [Queued] {
        var queued: [Queued] = []
        var names = prepared
        var sent: Int32 = 1
        for (index, statement) in batch.statements.enumerated() where sent == 1 {
            let key = PreparedKey(sql: statement.sql, types: statement.parameters.types)
            if names[key] == nil, names.count < Self.preparedLimit {
                let name = "vigil_\(names.count + 1)"
                sent = PQsendPrepare(handle, name, key.sql, Int32(key.types.count), key.types)
                names[key] = name
                queued.append(.prepare(key, name: name, statement: index))
            }
            guard sent == 1 else { break }
            let name = names[key]
            sent = statement.parameters.withPointers { count, types, values, lengths, formats in
                if let name { return PQsendQueryPrepared(handle, name, count, values, lengths, formats, 0) }
                return PQsendQueryParams(handle, key.sql, count, types, values, lengths, formats, 0)
            }
            queued.append(.execute(name == nil ? nil : key, statement: index))
        }
        guard sent == 1, PQpipelineSync(handle) == 1 else {
            // Half a batch is queued: only a new session is sure to be free of it.
            var error = PostgresError(connection: handle, operation: operation)
            close()
            error.isConnectionLost = true
            throw error
        }
        return queued
    }

    /// Reads one answer for everything queued. The outer error is for a lost connection, the inner for a failed statement.
    private func receive(
        _ queued: [Queued], _ batch: PostgresBatch, _ handle: OpaquePointer, _ deadline: Deadline, _ operation: String
    ) throws(PostgresError) -> Result<[PostgresResult], PostgresError> {
        var results: [PostgresResult] = []
        var failure: PostgresError?
        for item in queued {
            guard let raw = try nextResult(handle, deadline, operation) else {
                throw failure ?? PostgresError(connection: handle, operation: operation)
            }
            let status = PQresultStatus(raw)
            switch (status, item) {
            case (PGRES_COMMAND_OK, .prepare(let key, let name, _)):
                prepared[key] = name
                PQclear(raw)
            case (PGRES_COMMAND_OK, .execute), (PGRES_TUPLES_OK, .execute), (PGRES_EMPTY_QUERY, .execute):
                results.append(PostgresResult(owning: raw))
            case (PGRES_PIPELINE_ABORTED, _):
                PQclear(raw)
            case (_, .prepare(_, _, let index)), (_, .execute(_, let index)):
                let name = Self.name(of: batch.statements[index].sql)
                var error = PostgresError(result: raw, connection: handle, operation: name)
                error.batchIndex = index
                if case .execute(let key?, _) = item { forget(key, after: error) }
                failure = failure ?? error
                PQclear(raw)
            }
            if PQstatus(handle) == CONNECTION_BAD { break }
            // Each command's results end with nil.
            while let extra = try nextResult(handle, deadline, operation) { PQclear(extra) }
        }
        if var failure {
            failure.isConnectionLost = PQstatus(handle) == CONNECTION_BAD
            if failure.isConnectionLost { throw failure }
            return .failure(failure)
        }
        return .success(results)
    }

    private func leavePipeline(
        _ handle: OpaquePointer, _ deadline: Deadline, _ operation: String
    ) throws(PostgresError) {
        var failure: PostgresError?
        var silences = 0
        while true {
            guard let result = try nextResult(handle, deadline, operation) else {
                silences += 1
                guard silences < 3, PQstatus(handle) == CONNECTION_OK else {
                    throw PostgresError.lost("the answers to a batch broke off", operation: operation)
                }
                continue
            }
            defer { PQclear(result) }
            if PQresultStatus(result) == PGRES_PIPELINE_SYNC { break }
            // A deferred constraint, say, fails only here, where the batch's own transaction commits.
            failure = failure ?? PostgresError(result: result, connection: handle, operation: operation)
        }
        guard PQexitPipelineMode(handle) == 1 else {
            close()
            throw .lost("the answers to a batch do not add up", operation: operation)
        }
        if let failure { throw failure }
    }
}
