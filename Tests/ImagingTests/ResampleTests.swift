import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, captions change: the model is sensitive to pixels that differ from Pillow's.
struct ResampleTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let width: Int, height: Int, channels: Int, outputWidth: Int, outputHeight: Int
        let input: [UInt8], output: [UInt8]
        var testDescription: String { "\(width)x\(height)x\(channels) to \(outputWidth)x\(outputHeight)" }
    }

    static let cases: [Case] = {
        let data = FileManager.default.contents(atPath: Fixtures.path("imaging/resize.json")) ?? Data()
        return (try? JSONDecoder().decode([Case].self, from: data)) ?? []
    }()

    @Test func fixtureIsThere() {
        #expect(Self.cases.count == 14)
    }

    @Test(arguments: cases)
    func equalsPillowToTheBit(_ golden: Case) {
        let output = resizeBicubic(
            golden.input, width: golden.width, height: golden.height, channels: golden.channels,
            outputWidth: golden.outputWidth, outputHeight: golden.outputHeight)
        #expect(output == golden.output)
    }
}
