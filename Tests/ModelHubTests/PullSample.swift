import Files
import Foundation
import Imaging
import ModelCache
import ModelHub
import Synchronization
import TestSupport
import Testing

/// A small model on the hub, a stand-in server, and the events of a pull.
struct PullSample {
    static let name = "org/net"
    let hub: StandInHub
    let cache: URL
    private let said = Said()

    private final class Said: Sendable {
        let notices = Mutex<[String]>([])
        let waits = Mutex<[Double]>([])
        let progress = Mutex<[Int]>([])
    }

    static func hash<Hash: Digest>(_ data: Data, _ hash: Hash) -> String {
        var hash = hash
        data.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }

    static func large(_ data: Data) -> StandInHub.File { .init(data, hash: hash(data, SHA256()), isLarge: true) }

    static func small(_ text: String) -> StandInHub.File {
        let data = Data(text.utf8)
        return .init(data, hash: hash(data, GitBlobSHA1(size: data.count)), isLarge: false)
    }

    static let weights = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) })

    static let files: [String: StandInHub.File] = [
        "config.json": small(#"{"model_type": "rf_detr"}"#), "preprocessor_config.json": small("{}"),
        "model.safetensors": large(weights), "README.md": small("words"), "other.bin": large(Data("not needed".utf8)),
    ]

    /// Runs a test with a hub and an empty cache.
    static func run(_ files: [String: StandInHub.File] = files, _ body: (PullSample) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            try body(PullSample(hub: StandInHub(name, files), cache: folder.appending(path: "hub")))
        }
    }

    @discardableResult
    func pull(
        _ text: String = name, options: ModelPull.Options = .init(), variables: [String: String] = [:], largestPart: Int? = nil
    ) throws -> CachedSnapshot {
        let environment = HubEnvironment(hub.environment(cache: cache.path).merging(variables) { $1 })
        let said = said
        let pull = try ModelPull(
            environment, options: options, largestPart: largestPart, pause: { seconds in said.waits.withLock { $0.append(seconds) } }
        ) { event in
            switch event {
            case .notice(let line): said.notices.withLock { $0.append(line) }
            case .progress(let bytes, _): said.progress.withLock { $0.append(bytes) }
            case .began, .finished: break
            }
        }
        return try pull.pull(try #require(ModelName(text)))
    }

    var notices: [String] { said.notices.withLock { $0 } }
    /// Seconds waited, without polling of locks.
    var waits: [Double] { said.waits.withLock { $0 } }
    var progress: [Int] { said.progress.withLock { $0 } }

    var repository: URL { cache.appending(path: "models--org--net") }
    var weightsHash: String { Self.files["model.safetensors"]?.hash ?? "" }
    var incomplete: URL { repository.appending(path: "blobs/\(weightsHash).incomplete") }
    var blobs: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: repository.appending(path: "blobs").path)) ?? []).sorted()
    }

    /// Sets a replacement for the hub's answers.
    func fault(_ fault: @escaping @Sendable (StubServer.Request, Int) -> StubServer.Response?) {
        hub.state.withLock { $0.fault = fault }
    }

    /// True if no name leads to a snapshot.
    var isInvisible: Bool {
        let cache = ModelCache(folder: cache.path)
        return ModelName(Self.name).flatMap(cache.snapshot) == nil && ModelName(Self.name).map { cache.repository($0).commits } == []
    }

    /// Puts partial weights, or other data, where an earlier pull would have left them.
    func leave(_ data: Data) throws {
        try FileManager.default.createDirectory(at: incomplete.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: incomplete)
    }
}
