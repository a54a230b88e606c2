// swift-tools-version: 6.1
import PackageDescription

/// Set by `make fuzz`: the fuzzer is built in place of its replaying tests, and everything with its instruments.
let isFuzzing = Context.environment["FUZZ"] == "1"

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing", "-parse-as-library"])] : [])

/// Makes the shipped binary smaller. Swift's static library lets the linker export all symbols, which nothing looks up and which
/// keeps code that nothing calls. Packed relocations take a few kilobytes instead of two megabytes, and glibc 2.36.
let linking: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs", "-Xlinker",
            "\(Context.packageDirectory)/scripts/no-unwind-tables.ld",
        ],
        .when(platforms: [.linux], configuration: .release))
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let grpcCore: Target.Dependency = .product(name: "GRPCCore", package: "grpc-swift-2")
let grpcProtobuf: Target.Dependency = .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
/// The one product of the transport that reaches its core without linking NIOSSL, and so BoringSSL.
let grpcTransport: Target.Dependency = .product(
    name: "GRPCNIOTransportHTTP2TransportServices", package: "grpc-swift-nio-transport")
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

let package = Package(
    name: "teleport-mattermost",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "teleport-mattermost", targets: ["teleport-mattermost"]),
        .executable(name: "teleport-mattermost-sandbox", targets: ["teleport-mattermost-sandbox"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0", traits: []),
        .package(url: "https://github.com/grpc/grpc-swift-2", exact: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", exact: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", exact: "2.4.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // The system's libraries.
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "CMalloc"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        // The parts. Dependencies point one way; Watcher, Mattermost and CallbackServer never import one another.
        .target(name: "Base", swiftSettings: strict),
        .target(name: "Access", dependencies: ["Base", logging], swiftSettings: strict),
        .target(name: "MonitoringRules", dependencies: ["Access", "Base"], swiftSettings: strict),
        .target(name: "TOML", swiftSettings: strict),
        .target(name: "ActionCrypto", dependencies: ["Access", "COpenSSL"], path: "Sources/Crypto", swiftSettings: strict),
        .target(name: "NIOOpenSSL", dependencies: ["ActionCrypto", nioCore, nioTLS], swiftSettings: strict),
        .target(
            name: "CallbackServer",
            dependencies: [
                "Base", "Access", "ActionCrypto", "NIOOpenSSL", "CMalloc", nioCore, nioPosix, nioTLS, nioHTTP1, logging,
                lifecycle,
            ],
            swiftSettings: strict),
        .target(
            name: "TeleportAPI", dependencies: [grpcCore, grpcProtobuf, protobuf],
            exclude: ["Protos", "checksums.sh", "generate.sh"]),
        .target(
            name: "Watcher",
            dependencies: [
                "Access", "ActionCrypto", "Base", "NIOOpenSSL", "TeleportAPI", nioCore, nioPosix, nioHTTP2, nioWebSocket,
                grpcCore, grpcTransport, protobuf, deque, logging, lifecycle,
            ],
            swiftSettings: strict),
        .target(name: "Mattermost", dependencies: ["Access", "Base", "CCurl", logging], swiftSettings: strict),
        .target(
            name: "Posts", dependencies: ["Access", "MonitoringRules", deque, heap, logging, lifecycle], swiftSettings: strict),
        .target(
            name: "Clicks", dependencies: ["Access", "ActionCrypto", "Base", deque, logging, lifecycle], swiftSettings: strict),
        .target(name: "CircuitBreakers", dependencies: ["Access", "Base", logging], swiftSettings: strict),
        .target(name: "Telemetry", dependencies: ["Access", metrics], swiftSettings: strict),
        .target(
            name: "Settings",
            dependencies: [
                "Access", "ActionCrypto", "Base", "CallbackServer", "Mattermost", "TOML", "Watcher", logging,
            ],
            swiftSettings: strict),
        .target(name: "Log", dependencies: ["Access", "Base", logging], swiftSettings: strict),
        .target(
            name: "Check",
            dependencies: [
                "Access", "ActionCrypto", "Base", "CallbackServer", "Clicks", "Log", "Mattermost", "MonitoringRules", "Posts",
                "Settings", "Watcher",
                nioPosix, logging, lifecycle,
            ],
            swiftSettings: strict),
        .target(
            name: "Daemon",
            dependencies: [
                "Access", "ActionCrypto", "Base", "CallbackServer", "Check", "CircuitBreakers", "Clicks", "Log", "Mattermost",
                "Posts", "Settings", "Telemetry",
                "Watcher", deque, nioCore, nioPosix, logging, lifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict,
            plugins: ["BuildInfo"]),
        .executableTarget(
            name: "teleport-mattermost", dependencies: ["Daemon"], swiftSettings: strict, linkerSettings: linking),
        .plugin(name: "BuildInfo", capability: .buildTool()),

        // The sandbox: its own executable, so that nothing of it ships.
        .target(name: "TriggerSigning", dependencies: ["ActionCrypto", "Base", "COpenSSL"], swiftSettings: strict),
        .target(
            name: "Sandbox",
            dependencies: [
                "ActionCrypto", "Base", "COpenSSL", "NIOOpenSSL", "TeleportAPI", "TriggerSigning", nioCore, nioPosix, nioHTTP1,
                nioHTTP2,
                grpcCore, grpcTransport, protobuf, logging, lifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            resources: [.embedInCode("Page")],
            swiftSettings: strict),
        .executableTarget(
            name: "teleport-mattermost-sandbox",
            dependencies: [
                "Access", "ActionCrypto", "Sandbox",
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Tests: a folder per target.
        .target(
            name: "TestSupport", dependencies: ["Access", "ActionCrypto", "Base", nioCore, nioPosix], path: "Tests/Support",
            exclude: ["Plugin", "faulty-certificates.sh"], swiftSettings: strict),
        .testTarget(name: "BaseTests", dependencies: ["Base", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "AccessTests",
            dependencies: ["Access", "ActionCrypto", "Mattermost", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "MonitoringRulesTests", dependencies: ["Access", "Base", "MonitoringRules"], swiftSettings: strict),
        .testTarget(
            name: "TOMLTests", dependencies: ["TOML", "TestSupport"], exclude: ["Cases"], swiftSettings: strict),
        .testTarget(name: "CryptoTests", dependencies: ["ActionCrypto", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "NIOOpenSSLTests",
            dependencies: [
                "NIOOpenSSL", "TestSupport", nioPosix, .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CallbackServerTests",
            dependencies: [
                "Base", "Access", "ActionCrypto", "CallbackServer", "NIOOpenSSL", "TestSupport", nioCore, nioPosix, nioHTTP1,
                logging,
                lifecycle, .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WatcherTests",
            dependencies: [
                "Watcher", "Access", "ActionCrypto", "NIOOpenSSL", "Sandbox", "TestSupport", "TeleportAPI", nioPosix,
                nioWebSocket, grpcCore, protobuf, logging, lifecycle,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MattermostTests",
            dependencies: [
                "Access", "ActionCrypto", "Mattermost", "NIOOpenSSL", "Sandbox", "TestSupport", nioCore, nioPosix, nioHTTP1,
            ],
            swiftSettings: strict),
        .target(
            name: "PluginTestSupport",
            dependencies: [
                "Access", "ActionCrypto", "CircuitBreakers", "Clicks", "Mattermost", "Posts", "Sandbox", "TestSupport",
                "Watcher",
                logging,
            ],
            path: "Tests/Support/Plugin", swiftSettings: strict),
        .testTarget(
            name: "PostsTests",
            dependencies: [
                "CircuitBreakers",
                "Access", "ActionCrypto", "Mattermost", "MonitoringRules", "Daemon", "PluginTestSupport", "Posts", "Sandbox",
                "TestSupport", "Watcher",
                grpcCore, logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ClicksTests",
            dependencies: [
                "Access", "ActionCrypto", "Clicks", "Mattermost", "Daemon", "PluginTestSupport", "Posts", "Sandbox",
                "TestSupport", "TriggerSigning",
                "Watcher", grpcCore, logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SettingsTests",
            dependencies: ["Access", "Base", "CallbackServer", "Mattermost", "Settings", "TestSupport", "Watcher", logging],
            swiftSettings: strict),
        .testTarget(
            name: "CircuitBreakersTests",
            dependencies: ["Access", "CircuitBreakers", "Log", "PluginTestSupport", "TestSupport", logging],
            swiftSettings: strict),
        .testTarget(
            name: "LogTests", dependencies: ["Access", "CallbackServer", "Clicks", "Log", "TestSupport", nioCore, logging],
            swiftSettings: strict),
        .testTarget(
            name: "TelemetryTests", dependencies: ["Access", "Telemetry", "TestSupport", metrics], swiftSettings: strict),
        .testTarget(
            name: "CheckTests", dependencies: ["Access", "ActionCrypto", "Check", "Settings", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "CircuitBreakers",
                "Access", "ActionCrypto", "CallbackServer", "Check", "Clicks", "Log", "Mattermost", "Daemon",
                "PluginTestSupport", "Posts",
                "Sandbox", "Settings", "Telemetry", "TestSupport", "Watcher", grpcCore, nioCore, logging,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "Access", "ActionCrypto", "Base", "CircuitBreakers", "Clicks", "Posts", "TriggerSigning", heap, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Simulation", swiftSettings: strict),
        .executableTarget(
            name: "hot-paths", dependencies: ["Access", "ActionCrypto", "CallbackServer", "Mattermost", nioCore],
            path: "Benchmarks/HotPaths", swiftSettings: strict),
        .executableTarget(
            name: "bare-calls", dependencies: ["Access", "Mattermost", "Settings", "Watcher", logging],
            path: "Benchmarks/BareCalls", swiftSettings: strict),
        .testTarget(name: "SimulationTests", dependencies: ["simulate"], swiftSettings: strict),
        .testTarget(
            name: "SandboxTests",
            dependencies: [
                "ActionCrypto", "COpenSSL", "NIOOpenSSL", "Sandbox", "TeleportAPI", "TestSupport", "TriggerSigning", nioCore,
                nioPosix, nioHTTP1, grpcCore, grpcTransport, protobuf, .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Access", "ActionCrypto", "Mattermost", "Sandbox", "TestSupport", "TriggerSigning", grpcCore, nioCore, nioPosix,
            ],
            exclude: ["Guides"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

let fuzzed: [Target.Dependency] = [
    "Access", "ActionCrypto", "CallbackServer", "Check", "CircuitBreakers", "Clicks", "Log", "NIOOpenSSL", "Daemon",
    "Mattermost", "MonitoringRules", "Posts",
    "Settings",
    "TOML",
    "Watcher", nioCore, nioHTTP1, logging, .product(name: "NIOEmbedded", package: "swift-nio"),
]
package.targets.append(
    isFuzzing
        ? .executableTarget(
            name: "fuzz", dependencies: fuzzed, path: "Tests/FuzzTests", exclude: ["Corpus"],
            sources: ["Fuzzer", "Targets"], swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
        : .testTarget(
            name: "FuzzTests", dependencies: fuzzed + ["TestSupport"], exclude: ["Corpus", "Fuzzer"], swiftSettings: strict))
