import Files
import Foundation
import Imaging

/// A model's folder in the cache.
package struct CachedRepository: Sendable {
    /// Without a revision.
    package let name: ModelName
    package let folder: String
    /// Folder of the locks held while blobs are downloaded.
    package let locks: String

    init(of name: ModelName, in cache: String) {
        self.name = name
        folder = "\(cache)/\(name.folder)"
        locks = "\(cache)/.locks/\(name.folder)"
    }

    /// Path of the blob with a hash.
    package func blob(_ hash: String) -> String { "\(folder)/blobs/\(hash)" }

    /// Path of the file with the commit of a revision.
    package func reference(_ revision: String) -> String { "\(folder)/refs/\(revision)" }

    package func snapshotFolder(_ commit: String) -> String { "\(folder)/snapshots/\(commit)" }

    /// Branches and tags with their commits, sorted by name.
    package var references: [(revision: String, commit: String)] {
        FolderWalk.files(in: "\(folder)/refs").compactMap { revision in
            commit(of: revision).map { (revision, $0) }
        }
    }

    /// Commits with a snapshot.
    package var commits: [String] {
        (folderNames("\(folder)/snapshots") ?? []).filter { $0.isHash(digits: 40) }.sorted()
    }

    /// The commit of a branch or tag, or the commit itself; nil if unknown.
    package func commit(of revision: String) -> String? {
        guard ModelName.isRevision(revision) else { return nil }
        if let data = fileContents(reference(revision)) {
            let commit = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            return commit.isHash(digits: 40) ? commit : nil
        }
        return revision.isHash(digits: 40) ? revision : nil
    }

    /// The snapshot of a commit; nil if there is none.
    package func snapshot(_ commit: String) -> CachedSnapshot? {
        let path = snapshotFolder(commit)
        guard FileStatus(path)?.isFolder == true else { return nil }
        return CachedSnapshot(name: name, commit: commit, path: path)
    }

    /// Bytes on disk, including incomplete files.
    package var size: Int {
        (folderNames("\(folder)/blobs") ?? []).reduce(0) { $0 + (FileStatus("\(folder)/blobs/\($1)")?.size ?? 0) }
    }

    /// Licence of the weights last shown to the user; nil if none.
    package var toldLicence: String? { fileContents(licenceFile).map { String(decoding: $0, as: UTF8.self) } }

    /// File in which the licence is recorded; ignored by other programs.
    package var licenceFile: String { "\(folder)/damvideo-licence" }
}

/// The files of one commit of a model.
package struct CachedSnapshot: Sendable {
    package let name: ModelName
    package let commit: String
    package let path: String
    /// Relative paths of the files whose content exists.
    package let files: [String]

    init(name: ModelName, commit: String, path: String) {
        (self.name, self.commit, self.path) = (name, commit, path)
        files = FolderWalk.files(in: path)
    }

    /// The files needed by the loader.
    /// - Parameter chosen: the main file, if there are several candidates; nil to infer it.
    /// - Throws: `InputError`: `unusableModel` if the model is of unknown kind, `notFound` if a file is missing.
    package func contents(choosing chosen: String? = nil) throws -> ModelFiles {
        let paths = Set(files), descriptions = ModelFiles.descriptions(among: paths)
        let contents = descriptions.map { ($0, fileContents("\(path)/\($0)") ?? Data()) }
        return try ModelFiles(
            of: name.description, among: paths, choosing: chosen, contents: Dictionary(uniqueKeysWithValues: contents))
    }

    /// Bytes of the files.
    package var size: Int { files.reduce(0) { $0 + (FileStatus("\(path)/\($1)")?.size ?? 0) } }
}

enum FolderWalk {
    /// Upper bound on the depth of folders to search.
    private static let deepest = 12

    /// Sorted paths of the files in a folder, recursively; links to files count, dangling ones do not.
    static func files(in folder: String) -> [String] {
        var found: [String] = []
        func look(_ beginning: String, _ depth: Int) {
            for name in folderNames("\(folder)/\(beginning)") ?? [] {
                guard let status = FileStatus("\(folder)/\(beginning)\(name)") else { continue }
                if status.isRegular { found.append(beginning + name) }
                if status.isFolder, depth < deepest { look("\(beginning)\(name)/", depth + 1) }
            }
        }
        look("", 0)
        return found.sorted()
    }
}
