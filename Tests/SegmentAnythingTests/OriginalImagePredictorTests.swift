import Imaging
import SegmentAnything
import Tensors
import TestSupport
import Testing

/// From 8-bit pixels and prompts to masks of the picture's size, against the original authors' predictor.
struct OriginalImagePredictorTests {
    private static let encoded = Result {
        let file = try SafetensorsFile(path: Fixtures.path("sam/original-image.safetensors"))
        let pixels = try #require(file.tensor("picture"))
        let image = RGBImage(width: pixels.shape[1], height: pixels.shape[0], pixels: pixels.array.map { UInt8($0) })
        return (file, SegmentAnythingImagePredictor(try ImageGoldens("sam-a").model).encode(image))
    }

    private static let points = [
        PicturePrompt.Point(x: 30, y: 20), PicturePrompt.Point(x: 70.5, y: 41, isForeground: false),
    ]
    private static let box = BoundingBox(left: 10, top: 5, width: 40, height: 35)

    @Test(arguments: [
        ("point", PicturePrompt(points: Array(points.prefix(1))), false), ("points", PicturePrompt(points: points), false),
        ("box", PicturePrompt(points: [], box: box), false), ("box-points", PicturePrompt(points: points, box: box), false),
        ("again", PicturePrompt(points: points), true),
    ])
    func equalsTheOriginal(name: String, prompt: PicturePrompt, takesAMask: Bool) throws {
        let (file, picture) = try Self.encoded.get()
        var mask: Tensor?
        if takesAMask {
            let earlier = try #require(file.tensor("point.mask_input")), side = earlier.width
            mask = earlier.reshaped([earlier.shape[0], side * side]).rows(1..<2).reshaped([1, side, side])
        }
        let predictions = try picture.predict(prompt, mask: mask)
        let ious = try #require(file.tensor("\(name).ious")).array
        #expect(predictions.count == ious.count)
        let enlarged = try #require(file.tensor("\(name).enlarged")).array, count = enlarged.count / ious.count
        let inputs = try #require(file.tensor("\(name).mask_input")).array
        let scale = enlarged.reduce(0) { max($0, abs($1)) }
        for (index, prediction) in predictions.enumerated() {
            #expect(abs(prediction.iou - ious[index]) < 1e-4)
            let wanted = enlarged[index * count..<(index + 1) * count]
            let largest = zip(prediction.enlarged.array, wanted).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(largest <= 1e-4 * scale, "\(name): \(largest / scale)")
            let near = 1e-3 * scale
            #expect(zip(prediction.mask.pixels, wanted).allSatisfy { abs($1) < near || ($0 == 1) == ($1 > 0) })
            let low = prediction.maskInput.array
            let lowest = zip(low, inputs[(index * low.count)...]).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(lowest <= 1e-4 * scale)
        }
    }
}
