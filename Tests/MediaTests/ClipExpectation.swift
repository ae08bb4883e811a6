import Foundation
import TestSupport
import Testing

/// Properties of one fixture clip according to ffprobe and ffmpeg.
struct ClipExpectation: Decodable, CustomTestStringConvertible {
    let clip: String
    let width: Int
    let height: Int
    let frameRate: Double
    let frames: Int
    let declaredFrames: Int?
    /// Seconds from the start of the file.
    let times: [Double]

    var testDescription: String { clip }
    var isTurned: Bool { ["rotated90.mp4", "turned270mirrored.mp4", "mirrored.mkv"].contains(clip) }
    var path: String { Fixtures.path("video/\(clip)") }
    /// All frames, stacked vertically.
    var picturesPath: String { Fixtures.path("video/\(clip.split(separator: ".")[0]).frames.png") }

    static let all: [ClipExpectation] = load("video/expected.json", as: [ClipExpectation].self)
}

/// An unreadable fixture means a broken checkout, so the test run stops.
func load<Value: Decodable>(_ name: String, as type: Value.Type) -> Value {
    do {
        return try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: Fixtures.path(name))))
    } catch {
        fatalError("\(name): \(error)")
    }
}

/// The bytes of a fixture.
func bytes(of name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: Fixtures.path(name))))
}

/// SplitMix64: the same mutations on every run and machine.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
