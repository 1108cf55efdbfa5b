import Foundation
import Postgres
import Testing

/// A file system of a few megabytes that alerts go to; where it cannot be mounted, a trigger that fails as a full disk does.
final class SmallDisk {
    private let path: String
    private let isMounted: Bool
    private var filler: String { "\(path)/filler" }

    /// - Parameter server: what the disk is for; its user must own the directory.
    init(beside server: ThrowawayServer) throws {
        path = server.directory + "/small"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        isMounted = Self.run("mount", "-t", "tmpfs", "-o", "size=24m,mode=0777", "tmpfs", path)
    }

    /// Alerts' partitions are kept here from now on; the commits' own connections follow at once.
    func take(_ connection: PostgresConnection) throws {
        guard isMounted else {
            return try connection.run(
                script: """
                    CREATE FUNCTION public.full_disk() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
                    CREATE TRIGGER full_disk BEFORE INSERT ON vigil.alerts
                    FOR EACH STATEMENT EXECUTE FUNCTION public.full_disk();
                    """)
        }
        let data = path + "/data"
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
        let owner = try FileManager.default.attributesOfItem(
            atPath: (path as NSString).deletingLastPathComponent + "/data")
        try FileManager.default.setAttributes(
            [
                .ownerAccountID: try #require(owner[.ownerAccountID]),
                .groupOwnerAccountID: try #require(owner[.groupOwnerAccountID]), .posixPermissions: 0o700,
            ], ofItemAtPath: data)
        try connection.run(script: "CREATE TABLESPACE small LOCATION '\(data)'")
        let partitions = try connection.execute(
            "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'vigil.alerts'::regclass")
        for row in partitions {
            let name: String = try row.value("name")
            try connection.run(script: "ALTER TABLE \(name) SET TABLESPACE small")
        }
    }

    /// Takes all the room that is left.
    func fill() throws {
        guard isMounted else { return }
        try #require(FileManager.default.createFile(atPath: filler, contents: nil))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: filler))
        defer { try? file.close() }
        for size in [1 << 20, 1 << 12] {
            // Until it fails, as it is meant to.
            while (try? file.write(contentsOf: Data(count: size))) != nil {}
        }
    }

    func free(_ connection: PostgresConnection) throws {
        guard isMounted else { return try connection.run(script: "DROP TRIGGER full_disk ON vigil.alerts") }
        try FileManager.default.removeItem(atPath: filler)
    }

    func remove() {
        if isMounted { _ = Self.run("umount", "-l", path) }
    }

    private static func run(_ arguments: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
