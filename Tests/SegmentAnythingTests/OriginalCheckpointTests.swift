import Foundation
import SegmentAnything
import Tensors
import TestSupport
import Testing

/// If these fail, the authors' `.pt` files do not load, or other `.pt` files give an unclear error.
struct OriginalCheckpointTests {
    /// Every tensor of the hub's layout has a counterpart with the same values.
    @Test func namesAreTheHubs() throws {
        let hub = try SafetensorsFile(path: Fixtures.path("sam/video-a/model.safetensors"))
        let files = try SegmentAnythingCheckpoint(path: Fixtures.path("sam/video-a/original.pt"))
        for (name, tensor) in hub.entries {
            let weights = name.split(separator: ".").reduce(files.checkpoint.weights) { $0[String($1)] }
            #expect(try weights.tensor(tensor.shape).array == tensor.tensor.array, "\(name)")
        }
        #expect(files.checkpoint.leftOver { _ in false }.isEmpty)
    }

    /// A single file in a folder, of a model whose size is not published.
    @Test func anUnknownSizeNeedsAConfiguration() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "model.pt")
            try FileManager.default.copyItem(atPath: Fixtures.path("sam/video-a/original.pt"), toPath: file.path)
            let error = #expect(throws: CheckpointError.self) { try SegmentAnythingCheckpoint(path: folder.path) }
            #expect(error?.found == "blocks of widths [16, 32, 64, 64, 128]")
            #expect(error?.expected.hasSuffix("or a config.json beside it") == true)
            try FileManager.default.copyItem(
                atPath: Fixtures.path("sam/video-a/config.json"), toPath: folder.appending(path: "config.json").path)
            #expect(try SegmentAnythingCheckpoint(path: folder.path).configuration.imageSize == 128)
        }
    }
}
