import DAMVideo
import Foundation
import Imaging
import Synchronization
import TestSupport
import Testing

/// If these fail, a name resolves to another model than the one downloaded, or to none.
struct ModelStoreTests {
    private static let commit = String(repeating: "ab", count: 20)

    /// Puts files into a cache as the hub's tools do, for a branch or tag.
    private func add(_ name: String, _ files: [String: String], revision: String = "main", to cache: URL) throws {
        let folder = cache.appending(path: "models--" + name.replacing("/", with: "--"))
        for (path, text) in files {
            let file = folder.appending(path: "snapshots/\(Self.commit)/\(path)")
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        try FileManager.default.createDirectory(at: folder.appending(path: "refs"), withIntermediateDirectories: true)
        try Self.commit.write(to: folder.appending(path: "refs/\(revision)"), atomically: true, encoding: .utf8)
    }

    private func snapshot(_ folder: String, in cache: URL) -> String { "\(cache.path)/\(folder)/snapshots/\(Self.commit)" }

    @Test func namesResolveByTheOptionsKind() throws {
        try withTemporaryDirectory { cache in
            let tracker = #"{"model_type": "sam2_video"}"#
            try add("facebook/sam2.1-hiera-tiny", ["config.json": tracker, "model.safetensors": ""], to: cache)
            try add("org/yolo", ["onnx/yolo.onnx": "", "README.md": ""], to: cache)
            let store = ModelStore(environment: ["HF_HUB_CACHE": cache.path, "DAMVIDEO_SAM": "sam2.1-tiny"])
            let path = snapshot("models--facebook--sam2.1-hiera-tiny", in: cache)
            #expect(try store.segmentation("facebook/sam2.1-hiera-tiny") == path)
            #expect(try store.segmentation(nil) == path && store.segmentation("SAM2.1-Tiny") == path)
            #expect(try store.detector("org/yolo") == snapshot("models--org--yolo", in: cache) + "/onnx/yolo.onnx")
            #expect(throws: InputError(
                .unusableModel, "org/yolo", found: "a detector (ONNX)",
                expected: "a Describe Anything Model (--detector takes this one)")) { try store.model("org/yolo") }
        }
    }

    @Test func missingModelsAreReportedWithAHint() throws {
        try withTemporaryDirectory { cache in
            let store = ModelStore(environment: ["HF_HUB_CACHE": cache.path])
            #expect(throws: InputError(
                .unusableModel, "dam-3b-video", found: "nothing at that path, and no model of that name in \(cache.path)",
                expected: "one of them (damvideo pull dam-3b-video fetches it)")) { try store.model("dam-3b-video") }
            try add("org/net", ["config.json": #"{"model_type": "rf_detr"}"#], revision: "v1", to: cache)
            #expect(throws: InputError(
                .unusableModel, "org/net", found: "that model in \(cache.path) only as @v1",
                expected: "one of these after the name, or damvideo pull org/net first")) { try store.detector("org/net") }
            let folder = snapshot("models--org--net", in: cache)
            #expect(throws: InputError(
                .unusableModel, "org/net@v1", found: "no file model.safetensors in \(folder)",
                expected: "all of it (damvideo pull org/net@v1 completes it)")) { try store.detector("org/net@v1") }
            // A text that is not a name is a path, and its reader reports the fault.
            #expect(try store.model("../no/such").directory == "../no/such")
        }
    }

    @Test func anExistingPathWinsWithANotice() throws {
        try withTemporaryDirectory { cache in
            // A path that could be a name must be relative.
            let relative = "damvideo-\(UUID().uuidString.prefix(8))/net", folder = URL(filePath: relative)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
            let said = Said()
            let store = ModelStore(environment: ["HF_HUB_CACHE": cache.path]) { line in said.lines.withLock { $0.append(line) } }
            #expect(try store.model(relative).directory == relative && said.lines.withLock { $0.isEmpty })
            try add(relative, ["config.json": "{}"], to: cache)
            #expect(try store.model(relative).directory == relative)
            #expect(said.lines.withLock { $0.count } == 1)
            #expect(said.lines.withLock { $0.first?.hasPrefix("\(relative): read as a path; the model of that name") } == true)
        }
    }

    @Test func aModelOfTheCacheIsCalledAsOnTheHub() throws {
        try withTemporaryDirectory { cache in
            let parts = ["vision_tower", "context_provider", "mm_projector", "llm"].flatMap {
                ["\($0)/config.json", "\($0)/model.safetensors"]
            }
            let files = ["config.json": "{}", "llm/tokenizer.model": ""].merging(parts.map { ($0, "{}") }) { $1 }
            try add("nvidia/DAM-3B-Video", files, to: cache)
            try add("org/own", files, to: cache)
            let store = ModelStore(environment: ["HF_HUB_CACHE": cache.path])
            let found = try store.model("dam-3b-video")
            #expect(found.names == ["DAM-3B-Video", "nvidia/DAM-3B-Video", "dam-3b-video"])
            #expect(try store.model(found.directory).names == found.names)
            #expect(try store.model("org/own").names == ["own", "org/own"])
            #expect(try store.model("models/mine/").names == ["mine"])
        }
    }

    private final class Said: Sendable { let lines = Mutex<[String]>([]) }
}
