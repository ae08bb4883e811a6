import Files
import Foundation
import Synchronization

/// Files that are generated on first request and cached until the document changes. Concurrent requests wait for the same file.
final class MadeFiles: Sendable {
    private let library: ClipLibrary
    private let work: BlockingWork
    private let making = Mutex<[String: Task<Void, any Error>]>([:])

    init(_ library: ClipLibrary, width: Int = 2) {
        self.library = library
        work = BlockingWork("clip-files", width: width)
    }

    /// The path of a clip's file.
    /// - Parameter make: writes the file to a path.
    /// - Throws: what `make` throws.
    func file(_ clip: ClipRecord, _ name: String, _ make: @escaping @Sendable (String) throws -> Void) async throws -> String {
        let folder = library.files(of: clip.id).made, path = "\(folder)/\(clip.revision)-\(name)"
        let task = making.withLock { making in
            if let task = making[path] { return task }
            let task = Task { [work] in
                defer { self.making.withLock { $0[path] = nil } }
                try await work.run {
                    guard FileStatus(path) == nil else { return }
                    try ClipLibrary.makeFolder(folder)
                    try make(path)
                    Self.removeEarlier(folder, name, revision: clip.revision)
                }
            }
            making[path] = task
            return task
        }
        try await task.value
        return path
    }

    /// Removes files of earlier document revisions, except the previous one, which a client may still be reading.
    private static func removeEarlier(_ folder: String, _ name: String, revision: Int) {
        for other in folderNames(folder) ?? [] where other.hasSuffix("-" + name) {
            guard let number = Int(other.dropLast(name.count + 1)), number < revision - 1 else { continue }
            try? FileManager.default.removeItem(atPath: folder + "/" + other)
        }
    }
}
