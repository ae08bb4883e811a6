import Files
import Foundation
import ModelHub
import TestSupport
import Testing

/// If these fail, models cannot be used by name.
struct PullCommandTests {
    private static func hash<Hash: Digest>(_ data: Data, _ hash: Hash) -> String {
        var hash = hash
        data.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }

    /// The files of a folder, in the form of a hub's repository.
    static func files(of folder: String) throws -> [String: StandInHub.File] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder)
        let files = try paths.compactMap { path -> (String, StandInHub.File)? in
            var isFolder: ObjCBool = false
            let file = "\(folder)/\(path)"
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue else { return nil }
            let data = try Data(contentsOf: URL(filePath: file))
            let isLarge = !path.hasSuffix(".json")
            let hash = isLarge ? hash(data, SHA256()) : hash(data, GitBlobSHA1(size: data.count))
            return (path, StandInHub.File(data, hash: hash, isLarge: isLarge))
        }
        return Dictionary(uniqueKeysWithValues: files)
    }

    private func withHub(_ folder: String, _ body: (StandInHub, [String: String], URL) throws -> Void) throws {
        try withTemporaryDirectory { cache in
            let hub = try StandInHub("org/net", Self.files(of: folder))
            try body(hub, hub.environment(cache: cache.path), cache)
        }
    }

    private static let describe = [
        "describe", Fixtures.golden(.damA) + "/media/astronaut.png", "--mask", Fixtures.golden(.damA) + "/media/astronaut_face.png",
        "--temperature", "0", "--max-new-tokens", "6", "--query", "Image: <image>\nDescribe the masked region in detail.", "--model",
    ]

    @Test func aPulledModelIsUsedByItsName() throws {
        try withHub(Fixtures.model(.damA)) { hub, environment, cache in
            let before = try CommandRun(Self.describe + ["org/net"], environment: environment)
            #expect(before.status == 69)
            #expect(before.errors == "damvideo: error: org/net: found nothing at that path, and no model of that name in \(cache.path), "
                + "expected one of them (damvideo pull org/net fetches it)\n")
            let pull = try CommandRun(["pull", "org/net"], environment: environment)
            let snapshot = "\(cache.path)/models--org--net/snapshots/\(StandInHub.State().commit)"
            #expect(pull.status == 0 && pull.text == snapshot + "\n")
            #expect(pull.lines.first == "damvideo: org/net: the weights' licence is apache-2.0")
            #expect(pull.lines.contains { $0.hasPrefix("damvideo: org/net: llm/tokenizer.model, ") } && !pull.errors.contains("\r"))
            let asked = hub.requests.hub.count
            let named = try CommandRun(Self.describe + ["org/net"], environment: environment)
            #expect(named.status == 0 && named.text == "dy lightqulightortla\n" && named.errors.isEmpty)
            let other = try CommandRun(["track", Courtyard.clip, "--detector", "org/net", "--output", "-"], environment: environment)
            #expect(other.status == 69 && other.errors.contains(
                "org/net: found a Describe Anything Model, expected a detector (RF-DETR) or a detector (ONNX) (--model takes this one)"))
            #expect(hub.requests.hub.count == asked)
        }
    }

    /// Every command with a model option accepts a name.
    @Test func otherCommandsAcceptTheName() throws {
        try withHub(Fixtures.model(.damA)) { _, environment, cache in
            func run(_ arguments: [String]) throws -> CommandRun { try CommandRun(arguments, environment: environment) }
            let missing = try run(["inspect", "org/net"])
            #expect(missing.status == 69 && missing.errors.contains("damvideo pull org/net fetches it"))
            #expect(try run(["pull", "org/net", "-q"]).status == 0)
            let snapshot = "\(cache.path)/models--org--net/snapshots/\(StandInHub.State().commit)"
            let inspection = try run(["inspect", "org/net"])
            #expect(inspection.status == 0 && inspection.text.hasPrefix(snapshot + "\n"), "\(inspection.errors)")
            let small = cache.path + "/small"
            let quantized = try run(["quantize", "org/net@main", "-o", small, "--quiet"])
            #expect(quantized.status == 0 && quantized.errors.isEmpty && FileManager.default.fileExists(atPath: small + "/config.json"))
            let picture = Fixtures.golden(.damA, "media/astronaut.png"), mask = Fixtures.golden(.damA, "media/astronaut_face.png")
            let drift = try run([
                "drift", "org/net", small, "--image", picture, "--mask", mask, "--max-new-tokens", "2", "--json", "--quiet",
            ])
            #expect(drift.status == 0 && drift.text.hasPrefix("{"), "\(drift.errors)")
            // A golden set whose model is elsewhere.
            let set = cache.appending(path: "set")
            try FileManager.default.createDirectory(at: set, withIntermediateDirectories: true)
            for name in ["media", "expected.json", "expected.safetensors"] {
                try FileManager.default.createSymbolicLink(
                    atPath: set.appending(path: name).path, withDestinationPath: Fixtures.golden(.damA, name))
            }
            #expect(try run(["verify", set.path]).status == 69)
            let verified = try run(["verify", set.path, "--model", "org/net"])
            #expect(verified.status == 0 && verified.text.contains(" 0 missed"), "\(verified.errors)")
            let detected = try run(["detect", picture, "--detector", "org/net"])
            #expect(detected.status == 69 && detected.errors.contains("expected a detector (RF-DETR) or a detector (ONNX)"))
            let bench = try run(["bench", "--sam", "org/net"])
            #expect(bench.status == 69 && bench.errors.contains("expected a SAM 2 model"))
            let worker = try run(["worker", "--model", "org/net", "--sam", "org/net"])
            #expect(worker.status == 69 && worker.errors.contains("expected a SAM 2 model"))
        }
    }

    @Test func anExistingFolderWinsWithANotice() throws {
        try withHub(Fixtures.model(.damA)) { _, environment, cache in
            #expect(try CommandRun(["pull", "org/net", "--quiet"], environment: environment).status == 0)
            let folder = cache.appending(path: "here/org")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "net").path, withDestinationPath: Fixtures.model(.damA))
            let shell = ["-c", "cd \"$1\" && shift && exec \"$@\"", "sh", "\(cache.path)/here", CommandRun.executable.path]
            let run = try CommandRun(
                shell + Self.describe + ["org/net"], environment: environment, executable: URL(filePath: "/bin/sh"))
            #expect(run.status == 0 && run.text == "dy lightqulightortla\n")
            #expect(run.errors.hasPrefix("damvideo: org/net: read as a path; the model of that name in the cache is ignored ("))
        }
    }

    @Test func modelsAreListedShownAndRemoved() throws {
        try withHub(Fixtures.model(.damA)) { _, environment, cache in
            let empty = try CommandRun(["models"], environment: environment)
            #expect(empty.status == 0 && empty.text.contains("  none\n"))
            #expect(empty.text.contains(
                "dam-3b-video          6.70 GB  NVIDIA non-commercial licence   captions of objects in clips and pictures\n"))
            #expect(try CommandRun(["models", "show", "org/net"], environment: environment).status == 66)
            #expect(try CommandRun(["pull", "org/net", "-q"], environment: environment).errors
                == "damvideo: org/net: the weights' licence is apache-2.0\n")
            let list = try CommandRun(["models", "list", "--json"], environment: environment)
            let report = try #require(try JSONSerialization.jsonObject(with: list.output) as? [String: Any])
            let cached = try #require((report["cached"] as? [[String: Any]])?.first)
            #expect(cached["name"] as? String == "org/net" && cached["kind"] as? String == "dam")
            #expect(cached["licence"] as? String == "apache-2.0")
            #expect((report["recommended"] as? [[String: Any]])?.count == 9)
            let show = try CommandRun(["models", "show", "org/net"], environment: environment)
            let lines = "  kind      dam\n  licence   apache-2.0\n  revision  main \(StandInHub.State().commit)\n"
            #expect(show.status == 0 && show.text.contains(lines))
            let removal = try CommandRun(["models", "rm", "org/net"], environment: environment)
            #expect(removal.status == 0 && removal.errors.hasPrefix("damvideo: org/net: removed, "))
            #expect(!FileManager.default.fileExists(atPath: cache.appending(path: "models--org--net").path))
            #expect(try CommandRun(["models", "rm", "org/net"], environment: environment).status == 66)
            #expect(try CommandRun(["pull", "no-such-name"], environment: environment).status == 64)
        }
    }

    @Test func aFullDiskIsReportedAndLosesNothing() throws {
        try withTemporaryDirectory { cache in
            let weights = Data(repeating: 3, count: 100_000), configuration = Data(#"{"model_type": "rf_detr"}"#.utf8)
            let hub = try StandInHub("org/net", [
                "config.json": .init(configuration, hash: Self.hash(configuration, GitBlobSHA1(size: configuration.count)), isLarge: false),
                "model.safetensors": .init(weights, hash: Self.hash(weights, SHA256()), isLarge: true),
            ])
            let environment = hub.environment(cache: cache.path)
            let full = try CommandRun(["pull", "org/net"], environment: environment, fileLimit: 100, isFileLimitFatal: false)
            #expect(full.status == 74)
            #expect(full.errors.contains(
                "cannot be written: File too large; 51200 bytes are kept, and the same command goes on from there"))
            #expect(try CommandRun(["models", "show", "org/net"], environment: environment).status == 66)
            #expect(try CommandRun(["pull", "org/net"], environment: environment).status == 0)
            #expect(hub.requests.contents.last?.headers["range"] == "bytes=51200-")
        }
    }
}
