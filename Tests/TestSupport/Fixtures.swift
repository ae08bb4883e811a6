import Foundation

/// Files the tests read, found beside the sources so that a test works from any working directory.
package enum Fixtures {
    /// The checkout.
    package static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A path under `Tests/Fixtures`.
    package static func path(_ name: String) -> String {
        root.appending(path: "Tests/Fixtures/\(name)").path
    }

    /// A path under `Samples`.
    package static func sample(_ name: String) -> String {
        root.appending(path: "Samples/\(name)").path
    }

    /// A checkpoint with random weights and what the published code makes of it: `model/`, `media/`, `expected.json`.
    package enum GoldenSet: String {
        case damA = "dam-a", damB = "dam-b", damC = "dam-c", damD = "dam-d", damE = "dam-e"
    }

    /// The folder of a golden set, or a path under it.
    package static func golden(_ set: GoldenSet, _ name: String? = nil) -> String {
        path("goldens/\(set.rawValue)" + (name.map { "/" + $0 } ?? ""))
    }

    /// The checkpoint directory of a golden set.
    package static func model(_ set: GoldenSet) -> String { golden(set, "model") }
}

/// The sample clip: 60 frames of 768x576 at 10 a second, with five tracks, of which the fourth ends at frame 56.
package enum Courtyard {
    package static let clip = Fixtures.sample("courtyard/clip.mp4")
    /// A folder of label PNGs, one for each frame.
    package static let masks = Fixtures.sample("courtyard/masks")

    package static func mask(frame: Int) -> String {
        let digits = String(frame)
        return masks + "/" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".png"
    }
}

/// Runs `body` with an empty folder that is removed afterwards.
package func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "damvideo-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
