import Foundation
import Imaging

/// Files and folders that a run reads, which its outputs must not replace under any name or link.
package struct InputFiles {
    private let paths: [Identity: String]
    /// Absolute paths with links resolved.
    private let places: Set<String>
    private let folders: [String: String]

    /// - Parameter paths: files, and folders with all of their contents; missing ones are ignored.
    package init(_ paths: [String]) {
        var known: [Identity: String] = [:], places: Set<String> = [], folders: [String: String] = [:]
        for path in Set(paths) {
            guard let file = File(path) else { continue }
            known[file.identity] = path
            places.insert(file.path)
            if file.isFolder { folders[file.path] = path }
        }
        (self.paths, self.places, self.folders) = (known, places, folders)
    }

    /// - Parameter isOwn: true if the output is that of an earlier run, which may lie among inputs.
    /// - Throws: `InputError` of category `usage` if `output` is an input, lies in one, or contains one.
    package func refuse(_ output: String, isOwn: Bool = false) throws {
        guard let target = File(output) else { return }
        if paths[target.identity] != nil { throw refusal(output, "an input of this run") }
        let beginning = target.path.hasSuffix("/") ? target.path : target.path + "/"
        if target.isFolder, let input = places.first(where: { $0.hasPrefix(beginning) }) {
            throw refusal(output, "the place of \(input), which is read")
        }
        guard !isOwn else { return }
        var parent = target.path[...]
        while let slash = parent.lastIndex(of: "/") {
            parent = parent[..<slash]
            if let folder = folders[String(parent)] { throw refusal(output, "a file in \(folder), which is read") }
        }
    }

    private func refusal(_ output: String, _ found: String) -> InputError {
        InputError(.usage, "\(output): found \(found), expected another place to write to")
    }

    private struct Identity: Hashable {
        let device: UInt
        let number: UInt
    }

    /// An existing file or folder, identified by more than its name.
    private struct File {
        let identity: Identity
        let isFolder: Bool
        /// Absolute path with links resolved.
        let path: String

        init?(_ path: String) {
            var status = stat()
            guard path.withPath({ stat($0, &status) }) == 0, let real = path.withPath({ realpath($0, nil) }) else { return nil }
            defer { free(real) }
            identity = Identity(device: UInt(status.st_dev), number: UInt(status.st_ino))
            isFolder = status.isFolder
            self.path = String(path: Array(UnsafeRawBufferPointer(start: real, count: strlen(real))))
        }
    }
}
