import Files
import Foundation
import Imaging
import Masks
import Media

/// Several clips of one run, matched with their masks.
public struct ClipList: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public let clip: String
        /// Nil to find the masks by the clip's name.
        public let masks: String?

        public init(clip: String, masks: String? = nil) {
            self.clip = clip
            self.masks = masks
        }
    }

    public let entries: [Entry]

    public init(entries: [Entry]) {
        self.entries = entries
    }

    /// Parses a list: one clip per line, or a clip, a tab and its masks. Empty lines and lines that begin with # are ignored.
    /// - Parameters:
    ///   - text: contents of the list.
    ///   - path: the list's name in errors.
    ///   - folder: base of relative paths; nil for the current folder.
    /// - Throws: `InputError` of category `invalid` for a line with more than one tab, or without a clip.
    public init(text: String, path: String, folder: String?) throws {
        func resolved(_ name: Substring) -> String {
            name.hasPrefix("/") ? String(name) : folder.map { "\($0)/\(name)" } ?? String(name)
        }
        var entries: [Entry] = []
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard !line.allSatisfy(\.isWhitespace), !line.hasPrefix("#") else { continue }
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count <= 2, !fields.contains("") else {
                throw InputError(
                    .invalid, "\(path): found in line \(number + 1) \(fields.count - 1) tabs or an empty field, expected "
                        + "a clip, or a clip, a tab and its masks")
            }
            entries.append(Entry(clip: resolved(fields[0]), masks: fields.count == 2 ? resolved(fields[1]) : nil))
        }
        self.entries = entries
    }

    /// - Parameter path: path of a text file, whose relative paths are relative to its folder; - for standard input. In standard
    ///   input and pipes, paths are relative to the current folder. Names need not be UTF-8.
    /// - Throws: `InputError`, of category `invalid` for a list without clips.
    public init(path: String) throws {
        let isFile = path != "-" && FileStatus(path)?.isRegular ?? false
        guard let file = path == "-" ? .standardInput : openFile(path), let data = try? file.readToEnd() ?? Data() else {
            throw InputError(.notFound, "\(path): found no readable file, expected a list of clips")
        }
        let bytes = UTF8Text.bytes(Array(data))
        guard !bytes.contains(0) else {
            throw InputError(.invalid, "\(path): found bytes that are not text, expected a list of clips")
        }
        try self.init(text: String(path: bytes), path: path, folder: isFile ? Self.folder(of: path) : nil)
        guard !entries.isEmpty else { throw InputError(.invalid, "\(path): found no clip, expected a list of clips, one per line") }
    }

    /// Folder of a path; nil for a file in the current folder.
    private static func folder(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Each clip with its masks.
    /// - Parameter masks: one for each clip that has none yet, in the same order; or one for all clips: a file that names the
    ///   clip of each mask, or a folder with a folder or file named like each clip.
    /// - Throws: `InputError` if the numbers do not match, or masks are missing.
    public func pairs(masks: [String]) throws -> [(clip: String, masks: String)] {
        let open = entries.filter { $0.masks == nil }.count
        guard masks.count == open || masks.count == 1 && open > 0 else {
            throw InputError(
                .usage, "found \(masks.count) masks for \(open) clips, expected --masks for each, or one for all")
        }
        // A single path for a single clip is that clip's own, unless the clip is from a list, which may have any number.
        var own = masks.count == open && open > 1 ? masks[...] : []
        return try entries.map { entry in
            if let masks = entry.masks ?? own.popFirst() { return (entry.clip, masks) }
            return (entry.clip, try Self.masks(of: entry.clip, in: masks[0]))
        }
    }

    /// The masks in a folder that are named like a clip.
    private static func masks(of clip: String, in root: String) throws -> String {
        guard FileStatus(root)?.isFolder ?? false else { return root }
        let stem = FileNames.stem(clip), names = folderNames(root) ?? []
        if names.contains(stem) { return "\(root)/\(stem)" }
        let own = URL(filePath: clip).standardizedFileURL
        let candidates = names.filter {
            FileNames.stem($0) == stem && URL(filePath: root).appending(path: $0).standardizedFileURL != own
        }.sorted()
        if candidates.isEmpty, let folder = try MaskSources.folder(called: stem, in: root, besides: clip) { return folder }
        guard candidates.count == 1 else {
            throw InputError(
                candidates.isEmpty ? .notFound : .invalid,
                "\(root): found \(candidates.isEmpty ? "nothing" : candidates.joined(separator: " and ")) named like \(clip), "
                    + "expected a folder or file \(stem) with its masks")
        }
        return "\(root)/\(candidates[0])"
    }
}
