import Imaging
import SegmentAnything
import TestSupport
import Tensors
import Testing

/// Preprocessing as in torchvision and Pillow: different pixels would give different masks.
struct ImagePreparationTests {
    private static let file = Result { try SafetensorsFile(path: Fixtures.path("sam/preparation.safetensors")) }

    private func stored(_ name: String) throws -> Tensor { try #require(try Self.file.get().tensor(name)) }

    private func largestDifference(_ output: Tensor, _ name: String) throws -> Float {
        let wanted = try stored(name)
        #expect(output.shape == wanted.shape)
        return zip(output.array, wanted.array).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    /// Shrunk, enlarged, unchanged, and strongly scaled in one direction only.
    @Test(arguments: ["70x50", "20x31", "32x32", "200x9", "32x90"])
    func equalsTheOriginals(size: String) throws {
        let pixels = try stored(size)
        let image = RGBImage(width: pixels.shape[1], height: pixels.shape[0], pixels: pixels.array.map { UInt8($0) })
        let preparation = ImagePreparation(side: 32)
        #expect(try largestDifference(preparation.picture(image), size + ".picture") < 5e-6)
        #expect(try largestDifference(preparation.frame(image), size + ".frame") == 0)
    }
}
