import Imaging
import Testing

/// If these fail, outlines are drawn off the object, or drawing traps at the edge of a picture.
struct CanvasTests {
    private func disc(width: Int, height: Int, x: Double, y: Double, radius: Double) -> Mask {
        let pixels = (0..<width * height).map { index -> UInt8 in
            let dx = Double(index % width) - x, dy = Double(index / width) - y
            return dx * dx + dy * dy <= radius * radius ? 1 : 0
        }
        return Mask(width: width, height: height, pixels: pixels)
    }

    private func pixel(_ image: RGBImage, _ x: Int, _ y: Int) -> [UInt8] {
        Array(image.pixels[(y * image.width + x) * 3..<(y * image.width + x) * 3 + 3])
    }

    /// Distances compared with Euclidean ones to the nearest pixel of the other side, minus half a pixel.
    @Test func distancesApproximateEuclideanOnes() throws {
        let mask = disc(width: 40, height: 36, x: 19, y: 17, radius: 11)
        let outline = try #require(Outline(mask, margin: 4))
        #expect(outline.box == BoundingBox(left: 4, top: 2, width: 31, height: 31))
        for row in 0..<outline.box.height {
            for column in 0..<outline.box.width {
                let x = outline.box.left + column, y = outline.box.top + row
                let own = mask.pixels[y * 40 + x]
                var nearest = Double.infinity
                for other in mask.pixels.indices where mask.pixels[other] != own {
                    let dx = Double(other % 40 - x), dy = Double(other / 40 - y)
                    nearest = min(nearest, (dx * dx + dy * dy).squareRoot())
                }
                let distance = Double(outline.distances[row * outline.box.width + column]) / Double(Outline.unit)
                #expect((distance > 0) == (own == 1))
                #expect(abs(abs(distance) - (nearest - 0.5)) <= 0.1 * nearest + 0.5)
            }
        }
    }

    @Test func anEmptyMaskHasNoOutline() {
        #expect(Outline(Mask(width: 3, height: 2, pixels: [0, 0, 0, 0, 0, 0]), margin: 2) == nil)
    }

    @Test func theLineIsInsideAndTheRimOutside() throws {
        var canvas = Canvas(width: 60, height: 60, Colour(100, 100, 100))
        let mask = disc(width: 60, height: 60, x: 30, y: 30, radius: 20), colour = Colour(230, 159, 0)
        var style = OutlineStyle(shortSide: 60)
        (style.thickness, style.rim) = (3, 2)
        canvas.draw(try #require(Outline(mask, margin: 3)), colour, style)
        let image = canvas.image
        #expect(pixel(image, 30, 11) == [230, 159, 0])
        let rim = pixel(image, 30, 8), within = pixel(image, 30, 30)
        #expect(rim[0] < 60 && rim[0] == rim[1] && rim[1] == rim[2])
        // A translucent fill on the object itself, nothing beyond the rim.
        #expect(abs(Int(within[0]) - 121) <= 1 && abs(Int(within[1]) - 109) <= 1 && abs(Int(within[2]) - 84) <= 1)
        #expect(pixel(image, 30, 4) == [100, 100, 100] && pixel(image, 0, 0) == [100, 100, 100])
    }

    /// An object that leaves the picture, and text or images at its edge.
    @Test func drawingIsClipped() throws {
        var canvas = Canvas(width: 8, height: 6, .black)
        let all = Mask(width: 8, height: 6, pixels: [UInt8](repeating: 1, count: 48))
        canvas.draw(try #require(Outline(all, margin: 5)), .white, OutlineStyle(shortSide: 6))
        canvas.fill(BoundingBox(left: -5, top: -5, width: 7, height: 7), .white)
        canvas.fill(BoundingBox(left: 20, top: 20, width: 2, height: 2), .white)
        let text = TranslucentImage(width: 4, height: 4, pixels: [UInt8](repeating: 255, count: 64))
        for (left, top) in [(-2, -2), (6, 4), (-9, 0), (0, 99)] {
            canvas.draw(text, left: left, top: top)
            canvas.draw(RGBImage(width: 3, height: 3, pixels: [UInt8](repeating: 9, count: 27)), left: left, top: top)
        }
        #expect(pixel(canvas.image, 7, 5) == [9, 9, 9] && pixel(canvas.image, 1, 1) == [255, 255, 255])
    }

    @Test func translucentPixelsAreComposited() {
        var canvas = Canvas(width: 3, height: 1, Colour(100, 200, 50))
        canvas.draw(TranslucentImage(width: 3, height: 1, pixels: [0, 0, 0, 0, 128, 0, 0, 128, 10, 20, 30, 255]), left: 0, top: 0)
        #expect(canvas.image.pixels == [100, 200, 50, 178, 100, 25, 10, 20, 30])
    }

    @Test func nothingVanishesFromAReducedMask() {
        var pixels = [UInt8](repeating: 0, count: 97 * 53)
        pixels[52 * 97 + 96] = 1
        let small = Mask(width: 97, height: 53, pixels: pixels).reduced(width: 10, height: 5)
        #expect(small.area == 1 && small.boundingBox == BoundingBox(left: 9, top: 4, width: 1, height: 1))
    }

    @Test func lettersAreReadableOnEveryTrackColour() {
        #expect(Set((0..<21).map(TrackPalette.colour)).count == 21)
        #expect(TrackPalette.colour(at: 3).readable == .black && TrackPalette.colour(at: 4).readable == .white)
        #expect(Colour.white.readable == .black && Colour.black.readable == .white)
    }
}
