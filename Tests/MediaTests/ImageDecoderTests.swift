import Foundation
import TestSupport
import Testing
import Media

/// If these fail, the model sees other pixels than in the published program, or a mask from alpha covers the wrong region.
@Suite struct ImageDecoderTests {
    struct Expectation: Decodable {
        struct Picture: Decodable {
            /// Hexadecimal bytes.
            let rgb: String
            let alpha: String?
        }
        let width: Int
        let height: Int
        let pictures: [String: Picture]
    }

    static let expected = load("video/stills/expected.json", as: Expectation.self)

    @Test(arguments: expected.pictures.keys.sorted())
    func pixelsEqualPillow(name: String) throws {
        let expected = try #require(Self.expected.pictures[name])
        let path = Fixtures.path("video/stills/\(name)")
        let image = try ImageDecoder.rgb(path: path)
        #expect(image.width == Self.expected.width && image.height == Self.expected.height)
        // swscale's rounding of 16 bits to 8 is off by one occasionally.
        let tolerance = name.contains("16") ? 1 : 0
        let largest = zip(image.pixels, bytes(hexadecimal: expected.rgb)).map { abs(Int($0) - Int($1)) }.max()
        #expect(try #require(largest) <= tolerance)
        let both = try ImageDecoder.rgbWithAlphaMask(path: path)
        #expect(both.image == image)
        #expect(both.mask?.pixels == expected.alpha.map(bytes(hexadecimal:)))
    }

    @Test(arguments: expected.pictures.keys.sorted().filter { !$0.hasPrefix("palette") })
    func maskIsWhereAnyChannelIsNotZero(name: String) throws {
        let path = Fixtures.path("video/stills/\(name)")
        let pixels = try ImageDecoder.rgb(path: path).pixels
        let expected = stride(from: 0, to: pixels.count, by: 3).map { pixels[$0..<$0 + 3].contains { $0 > 0 } ? UInt8(1) : 0 }
        #expect(try ImageDecoder.mask(path: path).pixels == expected)
    }

    /// The palette's colours have no meaning: index 0 may well be white.
    @Test func maskOfAPaletteIsWhereTheIndexIsNotZero() throws {
        let fromPNG = try ImageDecoder.mask(path: Fixtures.path("video/stills/palette.png"))
        let fromBMP = try ImageDecoder.mask(path: Fixtures.path("video/stills/palette.bmp"))
        let labels = try ImageDecoder.labels(path: Fixtures.path("video/stills/palette.png"))
        #expect(fromPNG.pixels == labels.values.map { $0 == 0 ? 0 : 1 })
        #expect(fromBMP == fromPNG)
    }

    /// 16-bit masks have object ids below 256, which would be black when read as 8 bits.
    @Test func maskOf16BitsKeepsSmallValues() throws {
        let mask = try ImageDecoder.mask(path: Fixtures.path("masks/depths/grey16.png"))
        let labels = try ImageDecoder.labels(path: Fixtures.path("masks/depths/grey16.png"))
        #expect(mask.pixels == labels.values.map { $0 == 0 ? 0 : 1 })
    }

    @Test func jpegIsWithinTolerance() throws {
        for name in ["smooth.jpg", "smooth_grey.jpg"] {
            let image = try ImageDecoder.rgb(path: Fixtures.path("video/stills/\(name)"))
            try #require(image.width == 64 && image.height == 48)
            var total = 0
            for y in 0..<48 {
                for x in 0..<64 {
                    let expected = name == "smooth.jpg" ? [x * 4, y * 5, 255 - x * 2 - y * 2] : [x * 4, x * 4, x * 4]
                    for channel in 0..<3 { total += abs(Int(image.pixels[(y * 64 + x) * 3 + channel]) - expected[channel]) }
                }
            }
            #expect(total < 64 * 48 * 3 * 2)
        }
        #expect(try ImageDecoder.rgbWithAlphaMask(path: Fixtures.path("video/stills/smooth.jpg")).mask == nil)
    }

    /// FFmpeg reports a JPEG's EXIF orientation as a display matrix, which is applied.
    @Test func sidewaysJPEGIsTurned() throws {
        let upright = try ImageDecoder.rgb(path: Fixtures.path("video/stills/smooth.jpg"))
        let turned = try ImageDecoder.rgb(path: Fixtures.path("video/stills/sideways.jpg"))
        try #require(turned.width == upright.height && turned.height == upright.width)
        for y in 0..<turned.height {
            for x in 0..<turned.width {
                let here = (y * turned.width + x) * 3, there = ((turned.width - 1 - x) * upright.width + y) * 3
                guard turned.pixels[here..<here + 3].elementsEqual(upright.pixels[there..<there + 3]) else {
                    Issue.record("pixel \(x), \(y)")
                    return
                }
            }
        }
    }

    @Test func truncatedJPEGIsAnError() throws {
        let whole = try bytes(of: "video/stills/smooth.jpg")
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "cut.jpg")
            for length in [30, whole.count / 2, whole.count * 3 / 4] {
                try Data(whole[..<length]).write(to: file)
                let error = #expect(throws: VideoError.self, "\(length) of \(whole.count) bytes") { try ImageDecoder.rgb(path: file.path) }
                #expect(error?.category == .invalid)
            }
        }
    }

    /// Browsers and cameras ignore file extensions.
    @Test(arguments: [("smooth.jpg", "a.png"), ("rgb.png", "a.jpg"), ("rgb.bmp", "a.jpg"), ("rgba.webp", "a.png"), ("rgb.tiff", "a")])
    func contentCountsNotTheName(fixture: String, name: String) throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: name)
            try Data(bytes(of: "video/stills/\(fixture)")).write(to: file)
            #expect(try ImageDecoder.rgb(path: file.path) == ImageDecoder.rgb(path: Fixtures.path("video/stills/\(fixture)")))
        }
    }

    @Test func missingPicture() {
        let error = #expect(throws: VideoError.self) { try ImageDecoder.rgb(path: "/nowhere/a.png") }
        #expect(error == .missing(path: "/nowhere/a.png"))
    }
}

private func bytes(hexadecimal text: String) -> [UInt8] {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}
