import DescribeAnything
import Imaging
import Testing

/// The crop around an object is all the detail that the model sees of it: a wrong one costs captions their subject.
struct CropModeTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let mode: CropMode
        let box: [Int]
        let size: [Int]
        let region: [Int]
        var testDescription: String { "\(mode) of \(box) in \(size)" }
    }

    @Test(arguments: [
        Example(mode: .full, box: [5, 6, 7, 8], size: [100, 50], region: [0, 0, 100, 50]),
        Example(mode: .crop, box: [5, 6, 7, 8], size: [100, 50], region: [5, 6, 7, 8]),
        Example(mode: .cropMask, box: [5, 6, 7, 8], size: [100, 50], region: [5, 6, 7, 8]),
        // Three times the box, clipped to the picture.
        Example(mode: .contextCrop, box: [20, 20, 10, 4], size: [100, 50], region: [10, 16, 30, 12]),
        Example(mode: .contextCrop, box: [2, 20, 10, 20], size: [100, 50], region: [0, 0, 22, 50]),
        // At least 48 pixels about the centre: 300 + 5 / 2 - 24 = 278.5, truncated.
        Example(mode: .focalCrop, box: [300, 200, 5, 60], size: [1000, 1000], region: [230, 140, 144, 180]),
        // A negative start is truncated toward 0 before it is clipped: 2 + 1 / 2 - 24 = -21.5 becomes -21.
        Example(mode: .focalCrop, box: [2, 2, 1, 1], size: [1000, 1000], region: [0, 0, 75, 75]),
        Example(mode: .focalCrop, box: [0, 0, 30, 20], size: [30, 20], region: [0, 0, 30, 20]),
    ])
    func region(_ example: Example) {
        let box = BoundingBox(left: example.box[0], top: example.box[1], width: example.box[2], height: example.box[3])
        let region = example.mode.region(of: box, width: example.size[0], height: example.size[1])
        #expect([region.left, region.top, region.width, region.height] == example.region)
    }

    @Test func promptModesHavePublishedNames() {
        #expect(CropMode(promptMode: "full+focal_crop") == .focalCrop)
        #expect(CropMode(promptMode: "full+crop_mask") == .cropMask)
        for wrong in ["focal_crop", "crop+full", "full+", "full+focal_crop+crop", ""] {
            #expect(CropMode(promptMode: wrong) == nil)
        }
    }

    @Test func aFrameThatCannotBeCroppedIsAnError() {
        let image = RGBImage(width: 2, height: 1, pixels: Array(repeating: 9, count: 6))
        let processor = ImageProcessor(side: 4)
        #expect(throws: FocalPromptError.emptyMask) { try processor(image, Mask(width: 2, height: 1, pixels: [0, 0])) }
        #expect(throws: FocalPromptError.maskSize(mask: [1, 2], image: [2, 1])) {
            try processor(image, Mask(width: 1, height: 2, pixels: [0, 1]))
        }
    }
}
