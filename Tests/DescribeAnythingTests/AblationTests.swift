import DescribeAnything
import Imaging
import TestSupport
import Tensors
import Testing

/// An ablation that removes the wrong part proves nothing about the model.
struct AblationTests {
    private let model: DescribeAnythingModel
    private let prompt: FocalPrompt

    init() throws {
        model = try DescribeAnythingModel(directory: Fixtures.model(.damA))
        let width = 160, height = 120
        let image = RGBImage(width: width, height: height, pixels: (0..<width * height * 3).map { UInt8($0 * 7 % 251) })
        let mask = Mask(width: width, height: height, pixels: (0..<width * height).map {
            (40..<90).contains($0 % width) && (30..<80).contains($0 / width) ? 1 : 0
        })
        prompt = try model.imageProcessor(image, mask)
    }

    @Test func withoutContextOnlyTheCropCounts() throws {
        let ablated = model.without(.context), pixels = model.pixels(prompt)
        #expect(ablated.pixels(prompt).array == pixels.array)
        let context = model.contextFeatures(pixels)
        let region = ablated.regionFeatures(pixels, context: context)
        #expect(region.array != model.regionFeatures(pixels, context: context).array)
        // The context has no effect.
        #expect(region.array == ablated.regionFeatures(pixels, context: context + context).array)
    }

    @Test func withoutMasksOnlyTheMaskChannelChanges() throws {
        let whole = model.pixels(prompt).array, unmarked = model.without(.mask).pixels(prompt).array
        let plane = whole.count / 8
        for channel in 0..<8 {
            let range = channel * plane..<(channel + 1) * plane
            if channel % 4 == 3 {
                #expect(unmarked[range].allSatisfy { $0 == -1 } && whole[range].contains { $0 > 0.9 })
            } else {
                #expect(unmarked[range] == whole[range])
            }
        }
    }

    @Test func withoutMotionTheMiddleFrameIsRepeated() throws {
        let tokens = model.tokens(query: "Video: <image><image><image>\nWhat moves?")
        let frame = model.encode(prompt)
        let frames = [frame, frame + frame, frame + frame + frame]
        let still = model.without(.motion).embeddings(tokens, frames: frames)
        #expect(still.array == model.embeddings(tokens, frames: [frames[1], frames[1], frames[1]]).array)
        #expect(still.array != model.embeddings(tokens, frames: frames).array)
    }
}
