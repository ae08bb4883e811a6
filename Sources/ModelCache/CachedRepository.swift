import Files
import Foundation
import Imaging

/// A model's folder in the cache.
package struct CachedRepository: Sendable {
    /// Without a revision.
    package let name: ModelName
    package let folder: String
    /// Folder of the locks that whoever fetches a blob holds.
    package let locks: String

    init(of name: ModelName, in cache: String) {
        self.name = name
        folder = "\(cache)/\(name.folder)"
        locks = "\(cache)/.locks/\(name.folder)"
    }

    /// Path of the content with a hash.
    package func blob(_ hash: String) -> String { "\(folder)/blobs/\(hash)" }

    /// Path of the file with the commit of a revision.
    package func reference(_ revision: String) -> String { "\(folder)/refs/\(revision)" }

    package func snapshotFolder(_ commit: String) -> String { "\(folder)/snapshots/\(commit)" }

    /// Branches and tags with their commits, by name.
    package var references: [(revision: String, commit: String)] {
        FolderWalk.files(in: "\(folder)/refs").compactMap { revision in
            commit(of: revision).map { (revision, $0) }
        }
    }

    /// Commits that there are snapshots of.
    package var commits: [String] {
        (folderNames("\(folder)/snapshots") ?? []).filter { $0.isHash(digits: 40) }.sorted()
    }

    /// The commit of a branch or tag, or the commit itself; nil if it is not known here.
    package func commit(of revision: String) -> String? {
        guard ModelName.isRevision(revision) else { return nil }
        if let data = fileContents(reference(revision)) {
            let commit = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            return commit.isHash(digits: 40) ? commit : nil
        }
        return revision.isHash(digits: 40) ? revision : nil
    }

    /// The files of a commit; nil if there are none.
    package func snapshot(_ commit: String) -> CachedSnapshot? {
        let path = snapshotFolder(commit)
        guard FileStatus(path)?.isFolder == true else { return nil }
        return CachedSnapshot(name: name, commit: commit, path: path)
    }

    /// Bytes on the disk, those of files that are not complete among them.
    package var size: Int {
        (folderNames("\(folder)/blobs") ?? []).reduce(0) { $0 + (FileStatus("\(folder)/blobs/\($1)")?.size ?? 0) }
    }

    /// Licence of the weights that its user was told of last; nil if none.
    package var toldLicence: String? { fileContents(licenceFile).map { String(decoding: $0, as: UTF8.self) } }

    /// File in which the licence is noted, of no meaning to other programs.
    package var licenceFile: String { "\(folder)/damvideo-licence" }
}

/// The files of one commit of a model.
package struct CachedSnapshot: Sendable {
    package let name: ModelName
    package let commit: String
    package let path: String
    /// Paths within it of the files whose content is there.
    package let files: [String]

    init(name: ModelName, commit: String, path: String) {
        (self.name, self.commit, self.path) = (name, commit, path)
        files = FolderWalk.files(in: path)
    }

    /// The files by their use.
    /// - Parameter chosen: the file that is meant where there are several; nil to choose by what there is.
    /// - Throws: `InputError`: `unusableModel` when it is no model of a known kind, `notFound` when a file is missing.
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
    /// Folders within folders that are looked into.
    private static let deepest = 12

    /// Paths of the files in a folder and those within it, in order; links to files count, links to nothing do not.
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
