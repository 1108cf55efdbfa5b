import Glibc

/// A child process `gzip -dc`, reading one descriptor and writing to a socket pair.
final class GzipProcess {
    /// The end to read from; whoever reads closes it.
    let output: Int32
    private let path: String
    private var process: pid_t?

    /// - Parameter input: the packed file; the caller may close it afterwards.
    init(reading input: Int32, path: String) throws(DataFileError) {
        self.path = path
        // A socket pair, because close-on-exec comes with its creation: a child that another thread starts at this
        // moment would hold a pipe's write end open, and the end of the file would never come.
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw DataFileError(file: path, expected: "a socket pair to gzip (\(systemError(errno)))")
        }
        output = ends[0]
        // The write end is the child's; its error output is dropped, its exit status says enough.
        let (status, child) = Self.spawn(input: input, output: ends[1])
        close(ends[1])
        guard status == 0 else {
            close(ends[0])
            throw DataFileError(file: path, expected: "the gzip program on PATH (\(systemError(status)))")
        }
        process = child
    }

    private static func spawn(input: Int32, output: Int32) -> (status: Int32, process: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)

        // A service that ignores SIGPIPE would hand that down, and gzip would not end with its reader.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))

        let arguments: [UnsafeMutablePointer<CChar>?] = ["gzip", "-dc"].map { (word: String) in strdup(word) }
        defer { arguments.forEach { free($0) } }
        var process: pid_t = 0
        let status = posix_spawnp(&process, "gzip", &actions, &attributes, arguments + [nil], environ)
        return (status, process)
    }

    /// Waits for the child, which has closed its output or lost its reader; more than once does nothing.
    func finish(checking: Bool) throws(DataFileError) {
        guard let child = process else { return }
        process = nil
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard !checking || status == 0 else {
            throw DataFileError(file: path, expected: "a whole gzip archive (it is damaged or cut short)")
        }
    }
}
