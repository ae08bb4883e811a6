import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, COCO, YouTube-VIS, SA-V and MOTS masks show another region than their authors drew.
@Suite struct RunLengthEncodingTests {
    struct Expectation: Decodable {
        let size: [Int]
        let counts: String
        let area: Int
        let bbox: [Int]
        let uncompressed: [UInt32]
        let rows: [String]?
    }

    /// Strings, areas and boxes of pycocotools; runs and pixels of numpy.
    @Test func agreesWithPycocotools() throws {
        let fixture = URL(filePath: Fixtures.path("masks/rle/masks.json"))
        let expected = try JSONDecoder().decode([Expectation].self, from: Data(contentsOf: fixture))
        #expect(expected.count == 43)
        for one in expected {
            let (height, width) = (one.size[0], one.size[1])
            let rle = try RunLengthEncoding(width: width, height: height, counts: Array(one.counts.utf8))
            #expect(rle.runs == one.uncompressed)
            #expect(rle.counts == Array(one.counts.utf8))
            #expect(rle.area == one.area)
            let box = rle.boundingBox.map { [$0.left, $0.top, $0.width, $0.height] }
            #expect(box == (one.area == 0 ? nil : one.bbox))
            let mask = rle.mask
            #expect(RunLengthEncoding(mask) == rle)
            #expect(mask.area == one.area && mask.boundingBox == rle.boundingBox)
            if let rows = one.rows { #expect(mask.pixels == rows.joined().utf8.map { $0 - 48 }) }
        }
    }

    /// A mask from the specification and KITTI MOTS.
    @Test func knownMask() throws {
        let counts = "WSV:2d;1O10000O10000O1O100O100O1O100O1000000000000000O100O102N5K00O1O1N2O110OO2O001O1NTga3"
        let rle = try RunLengthEncoding(width: 1242, height: 375, counts: Array(counts.utf8))
        #expect(rle.runs.count == 83)
        #expect(rle.area == 283)
        #expect(rle.boundingBox == BoundingBox(left: 890, top: 168, width: 41, height: 11))
        #expect(String(decoding: rle.counts, as: UTF8.self) == counts)
    }

    @Test func badCountsAreErrors() {
        func error(_ counts: String, width: Int = 4, height: Int = 4) -> String? {
            do { _ = try RunLengthEncoding(width: width, height: height, counts: Array(counts.utf8)) } catch { return error.description }
            return nil
        }
        func wrongSum(_ sum: Int) -> String { "found an RLE whose runs add up to \(sum), expected 16 as its size says" }
        func outOfRange(_ offset: Int) -> String {
            "found RLE counts with a run below 0 or beyond the mask at offset \(offset), expected runs that fit"
        }
        func badCharacter(_ offset: Int) -> String {
            "found RLE counts with a wrong or missing character at offset \(offset), expected 0 to o"
        }
        func impossible(_ size: String) -> String { "found an RLE of \(size), expected 1 to 134217728 pixels" }
        #expect(error("`0") == nil)
        #expect(error("") == wrongSum(0))
        #expect(error("O") == outOfRange(0))  // -1
        #expect(error("O0") == outOfRange(0))
        #expect(error("a0") == outOfRange(1))
        #expect(error("8") == wrongSum(8))
        #expect(error("`") == badCharacter(1))
        #expect(error("p") == badCharacter(0))
        #expect(error("\u{0}") == badCharacter(0))
        #expect(error(String(repeating: "o", count: 30)) == badCharacter(8))
        #expect(error("`0", width: 0) == impossible("0x4"))
        #expect(error("`0", width: .max, height: .max) == impossible("\(Int.max)x\(Int.max)"))
        #expect(throws: InputError.self) { try RunLengthEncoding(width: 2, height: 2, runs: [.max, .max, 6]) }
    }

    @Test func unionIsThatOfThePixels() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let width = Int.random(in: 1...12, using: &random), height = Int.random(in: 1...12, using: &random)
            func mask() -> Mask {
                let share = Double.random(in: 0...1, using: &random)
                return Mask(
                    width: width, height: height,
                    pixels: (0..<width * height).map { _ in Double.random(in: 0..<1, using: &random) < share ? 1 : 0 })
            }
            let (first, second) = (mask(), mask())
            let both = Mask(width: width, height: height, pixels: zip(first.pixels, second.pixels).map { $0 | $1 })
            #expect(RunLengthEncoding(first).union(RunLengthEncoding(second)) == RunLengthEncoding(both))
        }
    }

    @Test func damagedCountsEndOrThrow() throws {
        let counts = Array("WSV:2d;1O10000O10000O1O100O100O1O100O1000000000000000O100O102N5K00O1O1N2O110OO2O001O1NTga3".utf8)
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            let damaged = mutated(counts, using: &random)
            if let rle = try? RunLengthEncoding(width: 1242, height: 375, counts: damaged) { _ = (rle.mask, rle.boundingBox) }
        }
    }
}
