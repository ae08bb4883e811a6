import Foundation
import Masks
import TestSupport
import Testing

/// If these fail, an object with id 254 or 255 is lost, or void becomes an object.
@Suite struct VoidReadingTests {
    /// Boxes of 14 by 20 pixels in a row, 10 pixels apart.
    private func open(_ values: [UInt8], _ color: PNGBuilder.Color = .grey, format: MaskFormat? = nil) throws -> any MaskSource {
        var found: (any MaskSource)?
        try MaskFolderBuilder.run { builder in
            try builder.add("00000.png", PNGBuilder.png(color, width: 24 * values.count, height: 40) { x, y in
                let value = (5..<19).contains(x % 24) && (8..<28).contains(y) ? values[x / 24] : 0
                return Array(repeating: value, count: 3)
            })
            found = try builder.open { $0.format = format }
        }
        return try #require(found)
    }

    private func ids(_ source: any MaskSource) -> [Int] { source.tracks.compactMap { Int("\($0.id)") } }

    @Test func withoutVoidEachIdIsAnObject() throws {
        for values in [[127, 254], [253, 254]] as [[UInt8]] {
            let source = try open(values)
            #expect(ids(source) == values.map(Int.init) && source.notes.isEmpty)
        }
    }

    @Test(arguments: [PNGBuilder.Color.grey, .rgb]) func shadesOfTheWholeRangeAreObjects(color: PNGBuilder.Color) throws {
        for values in [[128, 255], [127, 255], [85, 170, 255]] as [[UInt8]] {
            let source = try open(values, color)
            #expect(ids(source) == values.map(Int.init))
            #expect(source.notes.contains { $0.contains("255 is taken for an object") })
        }
    }

    @Test(arguments: [PNGBuilder.Color.grey, .rgb]) func voidIsNoted(color: PNGBuilder.Color) throws {
        let name = color == .grey ? "label-png" : "rgb-png", source = try open([1, 2, 255], color)
        #expect(ids(source) == [1, 2])
        #expect(source.notes.contains { $0.contains("255 is taken for void") && $0.contains("--masks-format \(name)") })
        let named = try open([1, 2, 255], color, format: MaskFormat(rawValue: name))
        #expect(ids(named) == [1, 2, 255] && !named.notes.contains { $0.contains("void") })
        #expect(try open([1, 254, 255]).notes.contains { $0.contains("254 and 255 are taken for void") })
    }

    /// Drawn as in data sets: no note, whatever format is given.
    @Test func aRimIsVoid() throws {
        for format in [nil, MaskFormat.labelPNG] {
            try MaskFolderBuilder.run { builder in
                try builder.add("00000.png", PNGBuilder.labels(width: 64, height: 48, [(255, 5..<45, 5..<40), (3, 10..<40, 10..<35)]))
                let source = try builder.open { $0.format = format }
                #expect(ids(source) == [3] && source.notes.isEmpty)
            }
        }
    }
}
