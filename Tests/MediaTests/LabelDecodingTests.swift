import Foundation
import Media
import TestSupport
import Testing

/// If these fail, an object gets another object's id, or a damaged mask file passes for an empty one.
@Suite struct LabelDecodingTests {
    struct Expectation: Decodable {
        struct Picture: Decodable { let values: [UInt16] }
        let width: Int
        let height: Int
        let pictures: [String: Picture]
    }

    static let expected = load("masks/depths/expected.json", as: Expectation.self)

    @Test(arguments: expected.pictures.keys.sorted())
    func valuesAreAsStored(name: String) throws {
        let labels = try ImageDecoder.labels(path: Fixtures.path("masks/depths/\(name)"))
        #expect(labels.width == Self.expected.width && labels.height == Self.expected.height)
        #expect(labels.values == Self.expected.pictures[name]?.values)
    }

    @Test func onePixel() throws {
        #expect(try ImageDecoder.labels(path: Fixtures.path("masks/depths/one_pixel.png")).values == [3])
    }

    @Test func coloursAreRefused() {
        let path = Fixtures.path("masks/depths/refused_rgb.png")
        let error = #expect(throws: VideoError.self) { try ImageDecoder.labels(path: path) }
        #expect(error?.description == "\(path): found RGB colours, expected palette indices or grey values")
        #expect(error?.category == .invalid)
    }

    @Test func otherFormatsAreRefused() {
        let path = Fixtures.path("video/stills/smooth_grey.jpg")
        let error = #expect(throws: VideoError.self) { try ImageDecoder.labels(path: path) }
        #expect(error?.description == "\(path): found a picture that is not a PNG, expected a PNG of object numbers")
    }

    /// All checksums are right, yet rows are missing: FFmpeg alone would make them background.
    @Test(arguments: ["refused_rows_missing.png", "refused_rows_missing_2_bits.png"])
    func missingRowsAreAnError(name: String) {
        let error = #expect(throws: VideoError.self) { try ImageDecoder.labels(path: Fixtures.path("masks/depths/\(name)")) }
        #expect(error?.description.contains("rows missing") == true)
    }

    /// A mask truncated anywhere is an error, never a mask that is empty from there on.
    @Test(arguments: ["palette8.png", "grey4.png", "palette2_interlaced.png", "grey16.png"])
    func truncationIsAnError(name: String) throws {
        let whole = try bytes(of: "masks/depths/\(name)")
        for length in 0..<whole.count {
            let error = #expect(throws: VideoError.self, "\(length) bytes") {
                try ImageDecoder.labels(png: Array(whole[..<length]), path: name)
            }
            #expect(error?.category == .invalid)
        }
    }

    /// Any single wrong byte is detected by checksums, or harmless.
    @Test(arguments: ["palette8.png", "grey4.png", "palette2_interlaced.png"])
    func wrongBytesNeverChangeAMask(name: String) throws {
        let whole = try bytes(of: "masks/depths/\(name)")
        let labels = try ImageDecoder.labels(png: whole, path: name)
        for place in whole.indices {
            for bit in 0..<8 {
                var wrong = whole
                wrong[place] ^= 1 << UInt8(bit)
                if let read = try? ImageDecoder.labels(png: wrong, path: name) {
                    #expect(read == labels, "byte \(place), bit \(bit)")
                }
            }
        }
    }

    /// A header may declare any size: it is refused before memory is allocated.
    @Test(arguments: [(0, 4), (4, 0), (1 << 14, 1 << 14), (0x7FFF_FFFF, 0x7FFF_FFFF), (0xFFFF_FFFF, 1), (1 << 28, 1)])
    func impossibleSizesAreErrors(width: Int, height: Int) throws {
        var content = try bytes(of: "masks/depths/palette8.png")
        for (offset, value) in [(16, width), (20, height)] {
            for byte in 0..<4 { content[offset + byte] = UInt8(value >> (24 - 8 * byte) & 0xFF) }
        }
        let error = #expect(throws: VideoError.self) { try ImageDecoder.labels(png: content, path: "mask.png") }
        #expect(error?.description == "mask.png: found a PNG of \(width)x\(height), expected 1 to 134217728 pixels")
    }
}
