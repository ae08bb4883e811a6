import Foundation
import Media

/// The names in one folder, in order.
struct FolderListing {
    let path: String
    let files: [String]
    let folders: [String]

    /// - Parameter withHidden: list names that start with a dot, too.
    /// - Throws: `MaskError` when `path` is not a folder or may not be listed.
    init(path: String, withHidden: Bool = false) throws {
        self.path = path
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw MaskError(path: path, reason: .missing)
        }
        guard isDirectory.boolValue else {
            throw MaskError(path: path, found: "a file", expected: "a folder of label PNGs")
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).filter { withHidden || !$0.hasPrefix(".") }
                .sorted()
        } catch {
            let cause = VideoError.unreadable(path: path, reason: "the folder cannot be listed")
            throw MaskError(path: path, reason: .unreadable(cause))
        }
        var files: [String] = [], folders: [String] = []
        for name in names {
            let isThere = FileManager.default.fileExists(
                atPath: URL(filePath: path).appending(path: name).path, isDirectory: &isDirectory)
            if isThere && isDirectory.boolValue { folders.append(name) } else { files.append(name) }
        }
        (self.files, self.folders) = (files, folders)
    }

    /// The path of something in the folder.
    func file(_ name: String) -> String { URL(filePath: path).appending(path: name).path }

    func files(withExtension kind: String) -> [String] {
        files.filter { $0.lowercased().hasSuffix("." + kind) }
    }

    /// For messages.
    var contents: String {
        if files.isEmpty && folders.isEmpty { return "an empty folder" }
        return folders.isEmpty ? "no PNG" : "no PNG but \(folders.count) folders"
    }
}
