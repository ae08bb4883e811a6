import CKernels
import Imaging
import TestSupport
import Tensors
import Testing

/// If these fail, detectors see other pictures than they were trained on.
struct PictureScalingTests {
    private static let sets = [KernelPortable, KernelAVX2, KernelAVX512].filter { kernel_supports($0) != 0 }

    /// OpenCV 5.0's values for the same picture at other sizes: INTER_LINEAR, 8 bits.
    @Test func picturesAreScaledAsByOpenCV() throws {
        let file = try SafetensorsFile(path: Fixtures.path("detectors/scaling.safetensors"))
        let source = try #require(file.tensor("picture"))
        let picture = RGBImage(width: source.shape[1], height: source.shape[0], pixels: source.array.map { UInt8($0) })
        for (width, height) in [(10, 4), (3, 9), (7, 5), (16, 16)] {
            let scaling = PictureScaling(
                from: PictureSize(width: picture.width, height: picture.height), to: PictureSize(width: width, height: height))
            let expected = try #require(file.tensor("\(width)x\(height)")).array
            let reversed = expected.indices.map { expected[$0 / 3 * 3 + 2 - $0 % 3] }
            for set in Self.sets {
                func scaled(isBGR: Bool) -> [Float] {
                    Tensor([height, width * 3]) { target in
                        scaling.forEachRow(of: picture, isBGR: isBGR, instructions: set) { row, line in
                            for (place, value) in line.enumerated() { target[row * width * 3 + place] = Float(value) }
                        }
                    }.array
                }
                let (isEqual, isReversed) = (scaled(isBGR: false) == expected, scaled(isBGR: true) == reversed)
                #expect(isEqual && isReversed, "\(width)x\(height), set \(set.rawValue)")
            }
        }
    }
}
