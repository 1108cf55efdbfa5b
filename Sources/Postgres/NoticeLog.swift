internal import CLibPQ
internal import Logging

/// Takes the server's warnings, which libpq would otherwise print to standard error.
final class NoticeLog {
    private let logger: Logger?

    init(logger: Logger?) {
        self.logger = logger
    }

    /// Hears the connection's warnings; must live as long as the connection does.
    func attach(to handle: OpaquePointer?) {
        PQsetNoticeProcessor(
            handle,
            { sink, text in
                guard let sink, let text else { return }
                let log = Unmanaged<NoticeLog>.fromOpaque(sink).takeUnretainedValue()
                log.logger?.notice("\(String(cString: text).split(whereSeparator: \.isNewline).joined(separator: " "))")
            },
            Unmanaged.passUnretained(self).toOpaque())
    }
}
