internal import FoundationEssentials
internal import Glibc

/// The installed PostgreSQL server, and what it takes to run it.
struct ServerBinaries {
    /// Directory with `initdb` and `postgres`.
    let directory: String
    /// User to run as when we are root, whom PostgreSQL refuses.
    let user: String?

    /// The newest under `/usr/lib/postgresql`, or what `PATH` has.
    ///
    /// - Throws: `PostgresError` that says what to install.
    static func find() throws(PostgresError) -> ServerBinaries {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let packaged = versions.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
        let searched = (environment("PATH") ?? "").split(separator: ":").map(String.init)
        let complete = (packaged + searched).first { directory in
            ["initdb", "postgres"].allSatisfy { access("\(directory)/\($0)", X_OK) == 0 }
        }
        guard let complete else {
            throw PostgresError(
                message: "no PostgreSQL server is installed", hint: "apt-get install postgresql",
                operation: "find initdb and postgres")
        }
        guard geteuid() == 0 else { return ServerBinaries(directory: complete, user: nil) }
        guard getpwnam("postgres") != nil else {
            throw PostgresError(
                message: "PostgreSQL does not run as root, and there is no user 'postgres'",
                hint: "run as another user, or install Debian's postgresql", operation: "find a user for the server")
        }
        return ServerBinaries(directory: complete, user: "postgres")
    }

    /// `program` from this directory with `arguments`, run from inside `directory`, as the right user, with `script`
    /// around it (`"$@"` is the program). Killed with us unless `outliving`.
    func command(_ script: String, in directory: String, outliving: Bool, _ program: String, _ arguments: [String])
        -> [String]
    {
        var words: [String] = []
        if user != nil || !outliving { words.append("setpriv") }
        if let user { words += ["--reuid=\(user)", "--regid=\(user)", "--init-groups"] }
        if !outliving { words += ["--pdeathsig", "TERM"] }
        words += ["sh", "-c", "cd \"$0\" || exit 1\n" + script, directory, "\(self.directory)/\(program)"]
        return words + arguments
    }

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
