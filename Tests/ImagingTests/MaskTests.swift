import Imaging
import Testing

/// If these fail, documents have wrong boxes or areas, and crops show another part of the picture.
struct MaskTests {
    @Test func boxAndAreaOfScatteredPixels() {
        var pixels = [UInt8](repeating: 0, count: 6 * 4)
        pixels[1 * 6 + 2] = 7
        pixels[3 * 6 + 4] = 255
        let mask = Mask(width: 6, height: 4, pixels: pixels)
        #expect(mask.boundingBox == BoundingBox(left: 2, top: 1, width: 3, height: 3))
        #expect(mask.area == 2)
    }

    @Test func emptyMaskHasNoBox() {
        #expect(Mask(width: 3, height: 2, pixels: Array(repeating: 0, count: 6)).boundingBox == nil)
    }

    @Test func fullMaskHasThePictureAsBox() {
        let mask = Mask(width: 3, height: 2, pixels: Array(repeating: 1, count: 6))
        #expect(mask.boundingBox == BoundingBox(left: 0, top: 0, width: 3, height: 2))
    }

    @Test func cropTakesTheSamePartOfPictureAndMask() {
        let box = BoundingBox(left: 1, top: 1, width: 2, height: 1)
        let mask = Mask(width: 3, height: 2, pixels: [0, 0, 0, 0, 1, 0])
        #expect(mask.cropped(to: box) == Mask(width: 2, height: 1, pixels: [1, 0]))
        let image = RGBImage(width: 3, height: 2, pixels: (0..<18).map(UInt8.init))
        #expect(image.cropped(to: box).pixels == [12, 13, 14, 15, 16, 17])
    }

    @Test func maskingBlackensTheOutside() {
        let image = RGBImage(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6])
        #expect(image.masked(by: Mask(width: 2, height: 1, pixels: [0, 1])).pixels == [0, 0, 0, 4, 5, 6])
    }
}
