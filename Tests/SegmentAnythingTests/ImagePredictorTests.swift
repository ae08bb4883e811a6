import Foundation
import Imaging
import SegmentAnything
import Testing

/// If these fail, masks of a click have another size or position than the picture.
struct ImagePredictorTests {
    private static let model = Result { try ImageGoldens("sam-a").model }
    /// 60 x 40, a gradient with a bright square.
    private static let image = RGBImage(
        width: 60, height: 40,
        pixels: (0..<2400).flatMap { index -> [UInt8] in
            let (x, y) = (index % 60, index / 60)
            return (10..<30).contains(x) && (5..<25).contains(y) ? [250, 240, 20] : [UInt8(x), UInt8(y * 3), 90]
        })

    private func encoded() throws -> EncodedPicture {
        SegmentAnythingImagePredictor(try Self.model.get()).encode(Self.image)
    }

    @Test func oneClickGivesSeveralMasksAndMoreGiveOne() throws {
        let picture = try encoded()
        let click = PicturePrompt.Point(x: 20, y: 15), other = PicturePrompt.Point(x: 50, y: 30, isForeground: false)
        let masks = try picture.predict(PicturePrompt(points: [click]))
        #expect(masks.count == 3)
        #expect(try picture.bestMask(PicturePrompt(points: [click])).iou == masks.map(\.iou).max())
        #expect(try picture.predict(PicturePrompt(points: [click, other])).count == 1)
        let box = BoundingBox(left: 10, top: 5, width: 20, height: 20)
        #expect(try picture.predict(PicturePrompt(points: [click], box: box)).count == 1)
        #expect(try picture.predict(PicturePrompt(points: [click]), multimask: false).count == 1)
    }

    /// The mask has the picture's size and is set where the upsampled logits are above 0.
    @Test func maskIsAtThePicturesSize() throws {
        let prediction = try encoded().bestMask(PicturePrompt(points: [PicturePrompt.Point(x: 20, y: 15)]))
        let mask = prediction.mask, enlarged = prediction.enlarged
        #expect(mask.width == 60 && mask.height == 40 && enlarged.shape == [1, 40, 60])
        #expect(mask.area > 0 && mask.area < 2400)
        #expect(zip(mask.pixels, enlarged.array).allSatisfy { ($0 == 1) == ($1 > 0) })
    }

    /// An earlier mask's logits affect the next prediction, and are clamped to the range of training.
    @Test func takesAnEarlierMask() throws {
        let picture = try encoded(), prompt = PicturePrompt(points: [PicturePrompt.Point(x: 20, y: 15)])
        let first = try picture.bestMask(prompt)
        #expect(first.maskInput.array.allSatisfy { abs($0) <= 32 })
        let second = try picture.predict(prompt, mask: first.maskInput, multimask: false)[0]
        #expect(second.logits.array != (try picture.predict(prompt, multimask: false)[0].logits.array))
        #expect(throws: PicturePromptError.maskSize(found: [1, 2, 3], expected: [1, 32, 32])) {
            try picture.predict(prompt, mask: .zeros([1, 2, 3]))
        }
    }

    @Test func refusesPromptsOutsideThePicture() throws {
        let picture = try encoded()
        let outside = PicturePrompt.Point(x: 60, y: 3)
        let error = #expect(throws: PicturePromptError.self) { try picture.predict(PicturePrompt(points: [outside])) }
        #expect(error?.description == "found point 60,3, expected one inside the picture of 60x40")
        for box in [BoundingBox(left: 60, top: 0, width: 5, height: 5), BoundingBox(left: 3, top: 3, width: 0, height: 5)] {
            #expect(throws: PicturePromptError.boxOutside(box, width: 60, height: 40)) {
                try picture.predict(PicturePrompt(points: [], box: box))
            }
        }
        // A box that extends beyond the picture is clipped.
        let wide = try picture.predict(PicturePrompt(points: [], box: BoundingBox(left: -5, top: 10, width: 40, height: 90)))
        let inside = try picture.predict(PicturePrompt(points: [], box: BoundingBox(left: 0, top: 10, width: 35, height: 30)))
        #expect(wide[0].logits.array == inside[0].logits.array)
    }
}
