import Files
import Media

/// Sorted names in one folder.
struct FolderListing {
    let path: String
    let files: [String]
    let folders: [String]

    /// - Parameter withHidden: true to include names that start with a dot, and files added by macOS.
    /// - Throws: `MaskError` if `path` is not a folder or cannot be listed.
    init(path: String, withHidden: Bool = false) throws {
        self.path = path
        guard let status = FileStatus(path) else { throw MaskError(path: path, reason: .missing) }
        guard status.isFolder else {
            throw MaskError(path: path, found: "a file", expected: "a folder of label PNGs")
        }
        guard let names = folderNames(path) else {
            let cause = VideoError.unreadable(path: path, reason: "the folder cannot be listed")
            throw MaskError(path: path, reason: .unreadable(cause))
        }
        var files: [String] = [], folders: [String] = []
        for name in names.filter({ withHidden || !Self.isHidden($0) }).sorted() {
            if FileStatus(Self.file(name, in: path))?.isFolder ?? false { folders.append(name) } else { files.append(name) }
        }
        (self.files, self.folders) = (files, folders)
    }

    /// True for the system's own files, such as those that macOS adds to archives.
    private static func isHidden(_ name: String) -> Bool { name.hasPrefix(".") || name == "__MACOSX" }

    /// The path of a name in the folder.
    func file(_ name: String) -> String { Self.file(name, in: path) }

    private static func file(_ name: String, in folder: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    func files(withExtension kind: String) -> [String] {
        files.filter { $0.lowercased().hasSuffix("." + kind) }
    }

    /// Description for messages.
    var contents: String {
        if files.isEmpty && folders.isEmpty { return "an empty folder" }
        return folders.isEmpty ? "no PNG" : "no PNG but \(folders.count) folders"
    }
}
