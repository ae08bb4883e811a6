import Testing
import Media

/// If these fail, captions use other frames than the published program.
@Suite struct FrameSamplerTests {
    struct Expectation: Decodable {
        let longest: Int
        /// FNV-1a of all positions for every n up to `longest`, by count.
        let checksums: [String: String]
        let full: [Case]
    }

    struct Case: Decodable {
        let n: Int
        let count: Int
        let positions: [Int]

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            n = try values.decode(Int.self)
            count = try values.decode(Int.self)
            positions = try values.decode([Int].self)
        }
    }

    static let expected = load("video/linspace.json", as: Expectation.self)

    @Test func positionsEqualNumpy() {
        for example in Self.expected.full {
            #expect(FrameSampler.positions(in: example.n, count: example.count) == example.positions)
        }
    }

    @Test(arguments: expected.checksums.keys.sorted())
    func manyPositionsEqualNumpy(count: String) throws {
        let count = try #require(Int(count))
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for n in 1...Self.expected.longest {
            for position in FrameSampler.positions(in: n, count: count) {
                state = (state ^ UInt64(position)) &* 0x100_0000_01B3
            }
        }
        #expect(String(state) == Self.expected.checksums["\(count)"])
    }

    @Test func samplingOfTrackAndClip() {
        #expect(FrameSampler.frames(.track, visible: [10, 11, 15], frameCount: 100, count: 4) == [10, 10, 11, 15])
        #expect(FrameSampler.frames(.clip, visible: [10, 11, 15], frameCount: 100, count: 4) == [0, 33, 66, 99])
        #expect(FrameSampler.frames(.track, visible: [], frameCount: 100, count: 4) == [])
        #expect(FrameSampler.positions(in: 5, count: 0) == [])
    }
}
