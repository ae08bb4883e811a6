import Foundation
import Masks
import TestSupport

/// A folder of mask files, and the result of `MaskSources`.
struct MaskFolderBuilder {
    let folder: URL

    /// - Parameter body: called with the builder of an empty folder.
    static func run(_ body: (MaskFolderBuilder) throws -> Void) throws {
        try withTemporaryDirectory { try body(MaskFolderBuilder(folder: $0)) }
    }

    var path: String { folder.path }

    func add(_ name: String, _ content: Data) throws {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: file)
    }

    /// An image with objects of the given ids next to each other.
    func add(_ name: String, objects: [UInt8] = [1]) throws {
        let boxes = objects.map { ($0, Int($0) * 5 % 30..<Int($0) * 5 % 30 + 4, 3..<12) }
        try add(name, PNGBuilder.labels(boxes))
    }

    func add(_ names: [String]) throws {
        for name in names { try add(name) }
    }

    func open(
        _ name: String = "", frames: Int? = nil, stills: [String] = [], clip: String? = nil,
        _ change: (inout MaskSettings) -> Void = { _ in }
    ) throws -> any MaskSource {
        var settings = MaskSettings()
        change(&settings)
        let path = name.isEmpty ? path : folder.appending(path: name).path
        let count = stills.isEmpty ? frames : stills.count
        return try MaskSources.open(path, settings: settings, clip: ClipFacts(name: clip, frameCount: count, stills: stills))
    }

    /// The error's single line.
    func error(
        _ name: String = "", frames: Int? = nil, stills: [String] = [], clip: String? = nil,
        _ change: (inout MaskSettings) -> Void = { _ in }
    ) -> String? {
        do { _ = try open(name, frames: frames, stills: stills, clip: clip, change) } catch { return "\(error)" }
        return nil
    }
}

extension MaskSource {
    /// Notes on how the masks were read.
    var notes: [String] { problems.filter { $0.kind == .note }.map(\.message) }
}

/// Names with these numbers, in five digits.
func names(_ numbers: some Sequence<Int>, ending: String = ".png") -> [String] {
    numbers.map { String(format: "%05d", $0) + ending }
}
