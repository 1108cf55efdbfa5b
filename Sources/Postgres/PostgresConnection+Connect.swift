internal import CLibPQ
internal import Glibc

extension PostgresConnection {
    /// A connected handle in non-blocking mode, owned by the caller.
    static func connect(_ settings: PostgresSettings) throws(PostgresError) -> OpaquePointer {
        let operation = "connect to \(settings)"
        guard let handle = start(settings) else { throw .lost("out of memory", operation: operation) }
        do throws(PostgresError) {
            // Verbose, or libpq would not tell why the server refused: the code comes inside the message.
            PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
            try finish(handle, Deadline(milliseconds: settings.connectTimeoutMilliseconds), operation)
            PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
            guard PQsetnonblocking(handle, 1) == 0 else {
                throw PostgresError(connection: handle, operation: operation)
            }
            return handle
        } catch {
            PQfinish(handle)
            throw error
        }
    }

    private static func start(_ settings: PostgresSettings) -> OpaquePointer? {
        let keywords = settings.keywords
        let names = keywords.map { strdup($0.name) }
        let values = keywords.map { strdup($0.value) }
        defer { (names + values).forEach { free($0) } }
        let namePointers = names.map { UnsafePointer<CChar>($0) } + [nil]
        let valuePointers = values.map { UnsafePointer<CChar>($0) } + [nil]
        return PQconnectStartParams(namePointers, valuePointers, 0)
    }

    private static func finish(
        _ handle: OpaquePointer, _ deadline: Deadline, _ operation: String
    ) throws(PostgresError) {
        guard PQstatus(handle) != CONNECTION_BAD else {
            throw PostgresError(connection: handle, operation: operation)
        }
        var state = PGRES_POLLING_WRITING
        while state != PGRES_POLLING_OK {
            let events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
            var descriptor = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
            let ready = poll(&descriptor, 1, deadline.pollTimeout)
            if ready < 0, errno == EINTR { continue }
            if ready <= 0, deadline.hasPassed {
                throw .lost("no connection within the time allowed", operation: operation)
            }
            state = PQconnectPoll(handle)
            if state == PGRES_POLLING_FAILED {
                throw PostgresError(connection: handle, operation: operation)
            }
        }
    }
}
