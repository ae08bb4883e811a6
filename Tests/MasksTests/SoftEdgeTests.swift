import Foundation
import Masks
import TestSupport
import Testing

/// If these fail, soft edges become objects, each with a caption, or objects become edges.
@Suite struct SoftEdgeTests {
    private typealias Sample = (Double, Int, Int) -> [UInt8]

    /// A box with an edge `blur` pixels wide.
    private func open(
        _ color: PNGBuilder.Color, blur: Double = 6, format: MaskFormat? = nil, _ sample: Sample
    ) throws -> any MaskSource {
        var found: (any MaskSource)?
        try MaskFolderBuilder.run { builder in
            let data = PNGBuilder.png(color, width: 64, height: 64) { x, y in
                let inside = Double(min(x - 15, y - 15, 48 - x, 48 - y))
                return sample(max(0, min(1, inside / blur + 0.5)), x, y)
            }
            for name in names(0..<2) { try builder.add(name, data) }
            found = try builder.open { $0.format = format }
            // While the files exist.
            if let found { #expect(try found.mask(of: found.tracks[0].id, at: 1).area == found.tracks[0].appearances[1].area) }
        }
        return try #require(found)
    }

    private func level(_ share: Double) -> UInt8 { UInt8((share * 255).rounded()) }

    private func expectBox(_ source: any MaskSource, width: Int = 34) {
        #expect(source.format == .binaryPNG && source.tracks.map(\.id) == [.number(1)])
        #expect(source.tracks.first?.appearances[0].box.width == width)
        #expect(source.notes.count == 1 && source.notes.first?.contains("soft edges") == true)
    }

    @Test func oneObject() throws {
        expectBox(try open(.grey) { share, _, _ in [level(share)] })
        expectBox(try open(.grey, blur: 12) { share, _, _ in [level(share)] })
        expectBox(try open(.rgb) { share, _, _ in [level(share), level(share), level(share)] })
        expectBox(try open(.rgb) { share, _, _ in [level(share), 0, 0] })
        // Three steps of grey, each two pixels wide.
        expectBox(try open(.grey, blur: 8) { share, _, _ in [level((share * 4).rounded() / 4)] }, width: 36)
        // Traces of lossy compression, inside and outside.
        expectBox(try open(.grey, blur: 3) { share, x, y in
            [share == 1 ? 255 - UInt8((x * y) % 5) : share == 0 ? UInt8((x * 3 + y * y) % 4) : level(share)]
        })
    }

    /// Greys of a palette in any order, as written by tools that reduce colours: black need not be first.
    @Test(arguments: [256, 16]) func greysOfAPalette(count: Int) throws {
        try MaskFolderBuilder.run { builder in
            let greys = (0..<count).map { UInt8(255 - $0 * 255 / (count - 1)) }
            let data = PNGBuilder.palette(greys.map { [$0, $0, $0] }, width: 64, height: 64) { x, y in
                let share = max(0, min(1, Double(min(x - 15, y - 15, 48 - x, 48 - y)) / 6 + 0.5))
                return UInt8((Double(count - 1) * (1 - share)).rounded())
            }
            for name in names(0..<2) { try builder.add(name, data) }
            let source = try builder.open()
            // One half rounds to black here.
            expectBox(source, width: 32)
            #expect(try source.mask(of: .number(1), at: 1).area == source.tracks[0].appearances[1].area)
            #expect(try builder.open { $0.format = .labelPNG }.tracks.count > 5)
        }
    }

    /// A few ids keep their indices, whatever their colours.
    @Test func objectsOfAPaletteStayObjects() throws {
        try MaskFolderBuilder.run { builder in
            let greys: [UInt8] = [0, 255, 128, 64]
            try builder.add("00000.png", PNGBuilder.palette(greys.map { [$0, $0, $0] }, width: 64, height: 64) { x, y in
                (10..<50).contains(y) && x % 16 > 4 ? UInt8(x / 16) : 0
            })
            try builder.add("00001.png", PNGBuilder.palette(greys.map { [$0, $0, $0] }, width: 64, height: 64) { x, _ in x < 20 ? 1 : 0 })
            let source = try builder.open()
            #expect(source.tracks.map(\.id) == [1, 2, 3].map(TrackID.number) && source.format == .labelPNG)
        }
    }

    /// With the format given, a mask of one object is read as such, and values nearer to black are outside.
    @Test func aGivenFormatDecides() throws {
        #expect(try open(.grey, format: .binaryPNG) { share, _, _ in [level(share)] }.tracks[0].appearances[0].box.width == 34)
        #expect(try open(.grey, blur: 20, format: .labelPNG) { share, _, _ in [level(share)] }.tracks.count > 5)
    }

    @Test func objectsStayObjects() throws {
        let many = try open(.grey) { share, x, y in share > 0.5 ? [UInt8(1 + x / 4 + y / 4 * 15)] : [0] }
        #expect(many.format == .labelPNG && many.tracks.count > 60 && many.notes.isEmpty)
        // Ids near the largest one, and thin objects next to a large one.
        let near = try open(.grey) { share, x, _ in share > 0.5 ? [UInt8(240 + x % 32 / 2)] : [0] }
        #expect(near.format == .labelPNG && near.tracks.count > 8)
        let thin = try open(.grey) { share, x, _ in share > 0.5 ? [x < 17 ? 1 : 250] : [0] }
        #expect(thin.tracks.map(\.id) == [.number(1), .number(250)])
        let two = try open(.grey) { share, x, _ in share > 0.5 ? [x < 20 ? 1 : 200] : [0] }
        #expect(two.tracks.map(\.id) == [.number(1), .number(200)])
        let outlined = try open(.grey) { share, _, _ in [share > 0.9 ? 1 : share > 0.5 ? 255 : 0] }
        #expect(outlined.tracks.map(\.id) == [.number(1)] && outlined.format == .labelPNG)
    }

    /// Two objects with soft edges: their ids cannot be determined.
    @Test func ambiguousValuesAreRefused() throws {
        let error = #expect(throws: MaskError.self) {
            try open(.grey) { share, x, _ in [UInt8((share * (x < 32 ? 90 : 180)).rounded())] }
        }
        #expect(error?.description.contains("--masks-format label-png") == true && error?.description.contains("binary-png") == true)
        #expect(throws: MaskError.self) { try open(.grey) { _, x, _ in [UInt8(x * 4)] } }
    }

    /// If colours show nothing, the alpha channel is used.
    @Test func alphaIsTheObject() throws {
        for source in [
            try open(.greyAlpha, blur: 1) { share, _, _ in [255, share > 0.5 ? 255 : 0] },
            try open(.rgbAlpha, blur: 1) { share, _, _ in [0, 0, 0, share > 0.5 ? 255 : 0] },
            try open(.rgbAlpha, blur: 1) { share, x, y in
                share > 0.5 ? [UInt8(x * 4), UInt8(y * 4), UInt8((x * y) % 256), 255] : [0, 0, 0, 0]
            },
        ] {
            #expect(source.format == .binaryPNG && source.tracks.count == 1 && source.notes.first?.contains("alpha") == true)
            #expect(source.tracks[0].appearances[0].box.width == 32)
        }
        let colours = try open(.rgbAlpha, blur: 1) { share, x, _ in share > 0.5 ? [x < 32 ? 200 : 0, 90, 0, 255] : [0, 0, 0, 0] }
        #expect(colours.format == .colourPNG && colours.tracks.count == 2)
        let opaque = try open(.greyAlpha, blur: 1) { share, _, _ in [share > 0.5 ? 255 : 0, 255] }
        #expect(opaque.tracks.count == 1 && opaque.tracks[0].appearances[0].area < 1200 && opaque.notes.isEmpty)
    }

    /// A drawing of a few colours that continues where alpha hides it.
    @Test func coloursUnderTransparencyAreAmbiguous() throws {
        let sample: Sample = { share, x, _ in [x < 32 ? 200 : 0, 90, 0, share > 0.5 ? 255 : 0] }
        let error = #expect(throws: MaskError.self) { try open(.rgbAlpha, blur: 1, sample) }
        #expect(error?.description.contains("found 2 colours and an alpha channel") == true)
        #expect(error?.description.contains("rgb-png") == true && error?.description.contains("binary-png") == true)
        let alpha = try open(.rgbAlpha, blur: 1, format: .binaryPNG, sample)
        #expect(alpha.tracks.count == 1 && alpha.tracks[0].appearances[0].box.width == 32)
        #expect(try open(.rgbAlpha, blur: 1, format: .colourPNG, sample).tracks.count == 2)
    }

    /// Small objects next to void do not lie between white and black, however few pixels they have.
    @Test func smallObjectsNextToVoidStayObjects() throws {
        func isIn(_ x: Int, _ y: Int, _ left: Int, _ top: Int, _ width: Int, _ height: Int) -> Bool {
            (left..<left + width).contains(x) && (top..<top + height).contains(y)
        }
        for ids in [[1, 2], [100, 150]] as [[UInt8]] {
            for color in [PNGBuilder.Color.grey, .rgb] {
                let found = try open(color) { _, x, y in
                    let value = isIn(x, y, 5, 5, 2, 20) ? ids[0] : isIn(x, y, 40, 5, 2, 2) ? ids[1] : y >= 50 ? 255 : 0
                    return color == .grey ? [value] : [value, value, value]
                }
                #expect(found.tracks.map(\.id) == ids.map { .number(Int($0)) } && found.format != .binaryPNG)
            }
        }
        // Next to void itself, where grey could be the edge of white.
        let error = #expect(throws: MaskError.self) {
            try open(.grey) { _, x, y in [isIn(x, y, 5, 40, 2, 10) ? 100 : isIn(x, y, 40, 48, 2, 2) ? 180 : y >= 50 ? 255 : 0] }
        }
        #expect(error?.description.contains("the values 100, 180, 255") == true)
        // Each with a band of void around it, as in PASCAL VOC.
        let banded = try open(.grey) { _, x, y in
            [
                isIn(x, y, 5, 5, 2, 20) ? 128
                    : isIn(x, y, 3, 3, 6, 24) ? 255 : isIn(x, y, 40, 5, 2, 9) ? 2 : isIn(x, y, 38, 3, 6, 13) ? 255 : 0,
            ]
        }
        #expect(banded.tracks.map(\.id) == [.number(2), .number(128)])
        // Many of them, with ids from 1, and with some spread over all values.
        for step in [1, 12] {
            let many = try open(.grey) { _, x, y in
                [y >= 50 ? 255 : y < 8 && x % 5 < 2 && y % 4 < 2 ? UInt8((1 + x / 5) * step) : 0]
            }
            #expect(many.tracks.count == 13 && many.format == .labelPNG)
        }
    }

    /// Masks drawn at a larger size and reduced: a few levels, all between white and black.
    @Test(arguments: [2, 4]) func fewLevelsOfOneObject(levels: Int) throws {
        for width in [7, 16, 34] {
            let found = try open(.grey) { _, x, y in
                // A disc, supersampled this many times per pixel side.
                let places = (0..<levels).map { (Double($0) + 0.5) / Double(levels) - 0.5 }
                let inside = places.count { hypot(Double(x) + $0 - 31.3, Double(y) - 31.6) < Double(width) / 2 }
                return [UInt8(inside * 255 / levels)]
            }
            #expect(found.format == .binaryPNG && found.tracks.map(\.id) == [.number(1)], "\(width)")
        }
    }

    /// A thin object along void, or an edge with a single level.
    @Test func oneLevelNearBlackIsRefused() throws {
        let error = #expect(throws: MaskError.self) { try open(.grey) { share, _, _ in [share > 0.7 ? 255 : share > 0.5 ? 40 : 0] } }
        #expect(error?.description.contains("the values 40, 255") == true)
        #expect(error?.description.contains("binary-png") == true && error?.description.contains("label-png") == true)
        #expect(try open(.grey, format: .binaryPNG) { share, _, _ in [share > 0.7 ? 255 : share > 0.5 ? 40 : 0] }.tracks.count == 1)
    }
}
