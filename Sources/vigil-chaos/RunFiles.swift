import Foundation

/// The run's directory: the model, trained by the very program to break, the rules, and every round's logs.
struct RunFiles {
    let path: String
    let binary: String

    var model: String { path + "/model" }
    var rules: String { path + "/rules.yaml" }

    /// - Throws: `ChaosFault` where the directory cannot be made.
    init(path: String, binary: String) throws {
        self.path = path
        self.binary = binary
        guard FileManager.default.isExecutableFile(atPath: binary) else {
            throw ChaosFault(
                "\(binary) is not there: build it with 'swift build --product vigil', or name it by --vigil")
        }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// The directory of a round's logs, made anew.
    func directory(of round: String) throws -> String {
        let directory = "\(path)/\(round)"
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return directory
    }

    func forget(_ round: String) {
        try? FileManager.default.removeItem(atPath: "\(path)/\(round)")
    }

    /// Writes the rules and trains a tiny model on simulated users.
    func prepare() throws {
        try Data(Feed.rules.utf8).write(to: URL(fileURLWithPath: rules))
        try run(["simulate", "--users", "120", "--days", "30", "--fraud-scale", "5", "--out", path + "/past.csv"])
        let schema = path + "/demo.yaml"
        try Data(Self.schema.utf8).write(to: URL(fileURLWithPath: schema))
        try run([
            "train", "--data", path + "/past.csv", "--schema", schema, "--until", "2024-01-25", "--label-delay", "3d",
            "--epochs", "1", "--pretrain-epochs", "0", "--layers", "2", "--width", "16", "--heads", "2",
            "--feed-forward", "32", "--window", "8", "--out", model,
        ])
    }

    /// As in `Schemas/examples/demo.yaml`, for a program that may be far from it.
    private static let schema = """
        name: demo
        fields: { id: transaction_id, user: user_id, time: time, amount: amount }
        time_format: iso8601
        entities:
          - { name: terminal, field: terminal_id, risk: true }
          - { name: merchant, field: merchant_id, risk: false }
          - { name: device, field: device_id, risk: true }
        features:
          - { name: category, kind: category, field: category }
          - { name: channel, kind: category, field: channel }
          - { name: country, kind: category, field: country }
          - { name: distance_km, kind: log_number, field: distance_km }
        label: { field: fraud, fraud_values: ["1"] }
        label_delay: 3d
        """

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: binary)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "OPENBLAS_CORETYPE" }
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ChaosFault("vigil \(arguments[0]) ended with \(process.terminationStatus)")
        }
    }
}
