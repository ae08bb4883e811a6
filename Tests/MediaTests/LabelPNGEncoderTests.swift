import Imaging
import TestSupport
import Testing
import Media

/// If these fail, masks written by damvideo have wrong object ids.
@Suite struct LabelPNGEncoderTests {
    @Test(arguments: [(1, 1), (3, 2), (8, 5), (257, 33)])
    func everyNumberSurvives(width: Int, height: Int) throws {
        var random = SeededGenerator(seed: 7)
        for highest: UInt16 in [0, 1, 3, 15, 255, 256, 65535] {
            let values = (0..<width * height).map { _ in UInt16.random(in: 0...highest, using: &random) }
            let labels = LabelImage(width: width, height: height, values: values)
            #expect(try ImageDecoder.labels(png: LabelPNGEncoder.png(labels, path: "x.png"), path: "x.png") == labels)
        }
    }

    /// Header and palette as in DAVIS: 8 bits, indexed, no transparency; 16-bit grey above 255.
    @Test func filesLookLikeThoseOfDAVIS() throws {
        let indexed = try LabelPNGEncoder.png(LabelImage(width: 2, height: 1, values: [0, 255]), path: "x.png")
        #expect(indexed[24...25] == [8, 3])
        let palette = try #require(indexed.firstRange(of: Array("PLTE".utf8)))
        #expect(Array(indexed[palette.upperBound..<palette.upperBound + 12]) == [0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0])
        #expect(Array(indexed[palette.upperBound + 765..<palette.upperBound + 768]) == [224, 224, 192])
        #expect(indexed.firstRange(of: Array("tRNS".utf8)) == nil)
        let grey = try LabelPNGEncoder.png(LabelImage(width: 2, height: 1, values: [0, 256]), path: "x.png")
        #expect(grey[24...25] == [16, 0])
    }

    @Test func coloursAreDifferent() {
        #expect(LabelPalette.labels.count == 256)
    }
}
