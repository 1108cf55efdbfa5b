// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    // A compiler newer than ours may warn of more: that must not keep a user from building.
    + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// For what every event passes through: debug builds, which run the tests, check exclusive access at run time; release
/// builds spare themselves the calls, a twentieth of the processing thread.
let hot: [SwiftSetting] =
    strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

/// A product of one of the packages below.
func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let log = product("Logging", "swift-log")
let metrics = product("Metrics", "swift-metrics")
let coreMetrics = product("CoreMetrics", "swift-metrics")
let yams = product("Yams", "Yams")
let crypto = product("Crypto", "swift-crypto")
let protobuf = product("SwiftProtobuf", "swift-protobuf")

let package = Package(
    name: "vigil",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "vigil", targets: ["vigil"]),
        .executable(name: "vigil-chaos", targets: ["vigil-chaos"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // librdkafka's C API and a few inline wrappers around its variadic functions.
        .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        // libpq's C API.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        // OpenBLAS: single-precision matrix products for training.
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        // Vector kernels with runtime CPU dispatch; each has a plain Swift twin in Transformer's tests.
        .target(
            name: "CKernels",
            // Unoptimised kernels would make the tests crawl; they are tested at the speed they are used at.
            cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),

        // Transaction, Label, Decision, Alert; schema files; decoding and encoding them.
        .target(name: "Transactions", dependencies: [yams, crypto, protobuf], swiftSettings: hot),
        // Users, merchants and fraud made up from a seed.
        .target(name: "Simulation", dependencies: ["Transactions"], swiftSettings: strict),
        // Consumer, producer, admin and the embedded broker.
        .target(name: "Kafka", dependencies: ["CRdKafka", log], swiftSettings: strict),
        // Connection, statements, COPY, pipelined batches, migrations, a throwaway server.
        .target(
            name: "Postgres",
            dependencies: ["CLibPQ", log],
            resources: [.embedInCode("sql")],
            swiftSettings: strict),
        // Layers forward and backward, weights in safetensors, incremental decoding.
        .target(name: "Transformer", dependencies: ["COpenBLAS", "CKernels"], swiftSettings: hot),
        // Features, the fitted encoder, user history, entity risk.
        .target(name: "Sequences", dependencies: ["Transactions", crypto], swiftSettings: hot),
        // CEL, velocity aggregates and rule sets.
        .target(name: "Rules", dependencies: ["Sequences", "Transactions", yams, crypto], swiftSettings: hot),
        // The model directory and the Scorer: events in, decisions out, no clock and no I/O between.
        .target(
            name: "Scoring",
            dependencies: ["Sequences", "Transformer", "Rules", "Transactions", crypto],
            swiftSettings: hot),
        // Datasets, objectives, optimiser, pretraining and fine-tuning.
        .target(
            name: "Training",
            dependencies: ["Transformer", "Sequences", "Scoring", "Transactions"],
            swiftSettings: strict),
        // Partition alignment, the commit protocol, checkpoints, dead letters, the service.
        .target(
            name: "Pipeline",
            dependencies: [
                "Scoring", "Sequences", "Transformer", "Rules", "Transactions", "Kafka", "Postgres", log, coreMetrics,
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: hot),
        // Metrics of a model's ranking and calibration; replays.
        .target(
            name: "Evaluation",
            dependencies: ["Scoring", "Sequences", "Transformer", "Rules", "Transactions", "Kafka", "Postgres", log],
            swiftSettings: strict),
        // Prometheus metrics and health over HTTP.
        .target(
            name: "Console",
            dependencies: [
                "Postgres", "Transactions", log, metrics, product("FlyingFox", "FlyingFox"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        // The command line: one file a command.
        .executableTarget(
            name: "vigil",
            dependencies: [
                "Transactions", "Simulation", "Kafka", "Postgres", "Transformer", "Sequences", "Rules", "Scoring",
                "Training", "Pipeline", "Evaluation", "Console", log, metrics,
                product("ArgumentParser", "swift-argument-parser"),
                product("Configuration", "swift-configuration"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        // Kills, freezes and cuts off running processors, then counts what they left; knows nothing of their insides.
        .executableTarget(
            name: "vigil-chaos",
            dependencies: [
                "Transactions", "Kafka", "Postgres", log, product("ArgumentParser", "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Mutated inputs for whatever reads bytes from outside.
        .executableTarget(
            name: "vigil-fuzz",
            dependencies: [
                "Transactions", "Simulation", "Sequences", "Rules", "Transformer", "Kafka", "Pipeline",
                product("ArgumentParser", "swift-argument-parser"),
            ],
            path: "Sources/Fuzzing", swiftSettings: strict),

        .testTarget(
            name: "TransactionsTests",
            dependencies: ["Transactions"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation", "Transactions"], swiftSettings: strict),
        .testTarget(name: "KafkaTests", dependencies: ["Kafka"], swiftSettings: strict),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres"], swiftSettings: strict),
        .testTarget(
            name: "TransformerTests",
            dependencies: ["Transformer", "CKernels"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .testTarget(name: "SequencesTests", dependencies: ["Sequences", "Transactions"], swiftSettings: strict),
        .testTarget(name: "RulesTests", dependencies: ["Rules", "Sequences", "Transactions"], swiftSettings: strict),
        // Counts calls of malloc, for tests of what must not allocate.
        .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
        .testTarget(
            name: "ScoringTests",
            dependencies: ["Scoring", "Sequences", "Transformer", "Rules", "Transactions", "CAllocationCount"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .testTarget(
            name: "TrainingTests",
            dependencies: ["Training", "Scoring", "Sequences", "Transformer", "Transactions"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Pipeline", "Evaluation", "Scoring", "Sequences", "Transformer", "Rules", "Transactions", "Kafka",
                "Postgres", log,
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EvaluationTests",
            dependencies: ["Evaluation", "Scoring", "Sequences", "Transformer", "Rules", "Transactions"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .testTarget(
            name: "ConsoleTests",
            dependencies: ["Console", log, metrics, product("ServiceLifecycle", "swift-service-lifecycle")],
            swiftSettings: strict),
        // The whole binary on an embedded broker and a throwaway PostgreSQL, processes killed with -9.
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Kafka", "Postgres", "Transactions", "Simulation", "Scoring", "Sequences", "Transformer", "vigil",
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
