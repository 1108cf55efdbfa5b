internal import CLibPQ
internal import Glibc

extension PostgresConnection {
    var responseDeadline: Deadline { Deadline(milliseconds: responseTimeoutMilliseconds) }

    /// Sends what is queued, reading meanwhile so that neither side waits for the other with full buffers.
    func flush(_ handle: OpaquePointer, _ deadline: Deadline, _ operation: String) throws(PostgresError) {
        while true {
            let left = PQflush(handle)
            if left == 0 { return }
            if left < 0 {
                // The server may have said why before it closed: the next result tells.
                _ = PQconsumeInput(handle)
                return
            }
            try wait(handle, for: POLLIN | POLLOUT, deadline, operation)
        }
    }

    /// The next result of what was sent, nil at the end of a statement's results.
    func nextResult(
        _ handle: OpaquePointer, _ deadline: Deadline, _ operation: String
    ) throws(PostgresError) -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            try wait(handle, for: POLLIN, deadline, operation)
        }
        return PQgetResult(handle)
    }

    /// Waits until the socket is ready and reads what has come; gives the connection up once the deadline has passed.
    func wait(
        _ handle: OpaquePointer, for events: Int32, _ deadline: Deadline, _ operation: String
    ) throws(PostgresError) {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(truncatingIfNeeded: events), revents: 0)
        let timeout = deadline.pollTimeout
        let ready = poll(&descriptor, 1, givesUp == nil || (0...200).contains(timeout) ? timeout : 200)
        silentWaits = ready == 0 ? silentWaits + 1 : 0
        if ready < 0, errno != EINTR {
            close()
            throw .lost("poll failed with error \(errno)", operation: operation)
        }
        if ready <= 0 {
            guard deadline.hasPassed || silentWaits >= 15 && givesUp?() == true else { return }
            close()
            throw .lost("no answer within the time allowed", operation: operation)
        }
        // On failure the status turns bad, and PQgetResult hands out the reason as a result.
        if descriptor.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 { _ = PQconsumeInput(handle) }
    }

    /// Reads results to the end; the last one, or the first error.
    func collect(
        _ handle: OpaquePointer, _ deadline: Deadline, _ operation: String
    ) throws(PostgresError) -> PostgresResult? {
        var last: PostgresResult?
        var failure: PostgresError?
        while let result = try nextResult(handle, deadline, operation) {
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                last = PostgresResult(owning: result)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                PQclear(result)
                close()
                throw PostgresError(
                    message: "COPY must go through copy(into:)", operation: operation, isConnectionLost: true)
            default:
                failure = failure ?? PostgresError(result: result, connection: handle, operation: operation)
                PQclear(result)
            }
        }
        if var failure {
            // The status turns bad only after the server's last words have been read.
            failure.isConnectionLost = PQstatus(handle) == CONNECTION_BAD
            throw failure
        }
        return last
    }
}
