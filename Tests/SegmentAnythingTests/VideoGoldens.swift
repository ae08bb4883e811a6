import Foundation
import Imaging
import SegmentAnything
import Tensors
import TestSupport
import Testing

/// The clip of the tracking fixtures.
struct VideoPictures: ClipPictures {
    let frames: Tensor
    var count: Int { frames.shape[0] }
    var width: Int { frames.shape[2] / 3 }
    var height: Int { frames.shape[1] }

    init() throws {
        frames = try #require(try SafetensorsFile(path: Fixtures.path("sam/clip.safetensors")).tensor("frames"))
    }

    func picture(at frame: Int) throws -> RGBImage {
        let size = width * height * 3
        return RGBImage(
            width: width, height: height,
            pixels: frames.withValues { $0[frame * size..<(frame + 1) * size].map { UInt8($0) } })
    }
}

/// A checkpoint of the tracking fixtures, and results of the published programs with it.
struct VideoGoldens {
    static let sets = ["video-a", "video-b", "video-c"]

    let model: SegmentAnythingVideoModel
    let expected: SafetensorsFile

    init(_ name: String, checkpoint: String? = nil, numbers: String = "video") throws {
        model = try SegmentAnythingVideoModel(
            SegmentAnythingCheckpoint(path: Fixtures.path("sam/\(name)" + (checkpoint.map { "/" + $0 } ?? ""))))
        expected = try SafetensorsFile(path: Fixtures.path("sam/\(name)/\(numbers).safetensors"))
    }

    func predictor(_ settings: VideoSettings = VideoSettings()) throws -> SegmentAnythingVideoPredictor {
        SegmentAnythingVideoPredictor(model, pictures: try VideoPictures(), settings: settings)
    }

    func callAsFunction(_ name: String) throws -> Tensor { try #require(expected.tensor(name), "\(name)") }
}

/// Largest difference relative to the largest magnitude; infinite if only one side has no object.
func difference(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    var largest: Float = 0, magnitude: Float = 1e-9
    for (left, right) in zip(found, expected) {
        // -1024 marks an absent object; after upsampling it may be rounded.
        guard (left < -1000) == (right < -1000) else { return .infinity }
        if right < -1000 { continue }
        largest = max(largest, abs(left - right))
        magnitude = max(magnitude, abs(right))
    }
    return largest / magnitude
}

/// Logits at a quarter of the model's input size, one object after another.
func low(_ masks: [SegmentAnythingVideoPredictor.ObjectMask]) -> [Float] { masks.flatMap { $0.output.mask.array } }
