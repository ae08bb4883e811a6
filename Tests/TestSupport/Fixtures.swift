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
}

/// Runs `body` with an empty folder that is removed afterwards.
package func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "damvideo-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
