import Foundation

/// A folder in memory for the readers' input, one input at a time.
struct Scratch {
    private let root: String

    init() throws {
        let place = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        root = "\(place)/damvideo-fuzz-\(getpid())"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    /// - Returns: the path of a file with these bytes.
    func file(_ bytes: [UInt8]) throws -> String { try write(bytes, to: root + "/input") }

    /// - Returns: the path of a folder with one such file in it.
    func folder(_ name: String, file: String, _ bytes: [UInt8]) throws -> String {
        let folder = "\(root)/\(name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = try write(bytes, to: "\(folder)/\(file)")
        return folder
    }

    /// - Returns: the path of the smallest golden set's language model folder with one file replaced.
    func model(_ name: String, _ bytes: [UInt8]) throws -> String { try checkpoint("llm/" + name, bytes) + "/llm" }

    /// - Returns: the path of the smallest golden set's checkpoint with one file replaced.
    func checkpoint(_ name: String, _ bytes: [UInt8]) throws -> String {
        let copy = root + "/model"
        if !FileManager.default.fileExists(atPath: copy) {
            let original = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "Fixtures/goldens/dam-e/model").path
            try FileManager.default.copyItem(atPath: original, toPath: copy)
        }
        _ = try write(bytes, to: "\(copy)/\(name)")
        return copy
    }

    /// - Returns: the path of a small RF-DETR-Seg checkpoint with one file replaced.
    func detector(_ name: String, _ bytes: [UInt8]) throws -> String {
        let copy = root + "/detector", files = FileManager.default
        let original = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/detectors/rfdetr/seg-1").path
        // Others were replaced before.
        try? files.removeItem(atPath: copy)
        try files.copyItem(atPath: original, toPath: copy)
        _ = try write(bytes, to: "\(copy)/\(name)")
        return copy
    }

    func remove() { try? FileManager.default.removeItem(atPath: root) }

    private func write(_ bytes: [UInt8], to path: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }
}
