import DAMVideo
import Evaluation
import Files
import Foundation
import Imaging
import Masks
import Media

/// Entry point for reading annotations of any format.
struct RegionSources {
    /// Folder levels below a source to search for clips.
    private static let depth = 2
    private static let clipEndings: Set = ["mp4", "mkv", "mov", "webm", "avi", "m4v"]

    let settings: RegionSettings

    /// Reads sources into a table.
    /// - Throws: `InputError` for a missing source, or one of unknown format.
    func read(_ paths: [String], into table: inout RegionTable) throws {
        guard settings.masks.isEmpty || paths.contains(where: isAnnotation) else { return try readClips(paths, &table) }
        for path in try FilePattern.files(paths) {
            guard let status = FileStatus(path) else { throw InputError(.notFound, "\(path): no such file") }
            try InputError.translating { try status.isFolder ? readFolder(path, &table) : readFile(path, name(of: path), &table) }
        }
    }

    /// True for an annotation file that needs masks next to it: a panoptic file.
    private func isAnnotation(_ path: String) -> Bool { path.lowercased().hasSuffix(".json") }

    private func name(of path: String) -> String { settings.name ?? FileNames.stem(path) }

    private func media(of path: String) -> String {
        settings.media ?? path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private func readClips(_ paths: [String], _ table: inout RegionTable) throws {
        let files = try FilePattern.files(paths), isOne = files.count == 1 && settings.masks.count == 1
        let clips = ClipList(entries: files.map { ClipList.Entry(clip: $0, masks: isOne ? settings.masks[0] : nil) })
        for (clip, masks) in try clips.pairs(masks: isOne ? [] : settings.masks) {
            try readClip(clip, masks, settings.name ?? "clips", &table)
        }
    }

    /// Reads a clip's regions; a clip that cannot be read is skipped with a note.
    private func readClip(_ clip: String, _ masks: String, _ source: String, _ table: inout RegionTable) throws {
        do {
            try ClipMasklets(clip: clip, masks: masks, source: source).read(into: &table)
        } catch let error as InputError where error.category != .usage {
            table.fail(clip, error)
        } catch let error as any CategorizedError {
            table.fail(clip, InputError(error.category, error.description))
        }
    }

    private func readFile(_ path: String, _ source: String, _ table: inout RegionTable) throws {
        guard !path.lowercased().hasSuffix(".csv") else {
            return try PictureMasks.readTable(path, source: source, media: media(of: path), into: &table)
        }
        let file = try AnnotationFile(path), (keys, isList) = try file.keys()
        if keys.contains("masklet") || keys.contains("masklet_id") {
            return try readMasklets(path, source, &table)
        }
        if !isList, keys.isSuperset(of: ["videos", "annotations"]) { return try readVideos(file, source, &table) }
        if !isList, keys.isSuperset(of: ["image", "annotations"]) {
            var annotations = try COCOAnnotations(file, source: source, media: media(of: path))
            return try annotations.readOnePicture(into: &table)
        }
        if !isList, keys.isSuperset(of: ["images", "annotations"]) {
            if try isPanoptic(file) {
                var annotations = try PanopticAnnotations(file, source: source, media: media(of: path), masks: settings.masks.first)
                return try annotations.read(into: &table)
            }
            var annotations = try COCOAnnotations(file, source: source, media: media(of: path))
            return try annotations.read(into: &table)
        }
        if isList, keys.contains("image_id") {
            var annotations = try COCOAnnotations(file, source: source, media: media(of: path))
            return try annotations.readResults(pictures: settings.pictures, into: &table)
        }
        let found = keys.isEmpty
            ? "an empty \(isList ? "list" : "object")" : "a file with \(keys.sorted().prefix(6).joined(separator: ", "))"
        throw InputError(
            .invalid, path, found: found,
            expected: "annotations of COCO, LVIS, PACO, SA-1B, SA-V, YouTube-VIS, a panoptic file or a list of detections")
    }

    private func isPanoptic(_ file: AnnotationFile) throws -> Bool {
        var isPanoptic = false
        try file.read { json in
            try json.object { json, key in
                guard key == "annotations" else { return try json.skip() }
                try json.array { json, place in
                    if place == 0, try json.kind() == .object { isPanoptic = try json.keys().contains("segments_info") }
                    try json.skip()
                }
            }
        }
        return isPanoptic
    }

    /// Reads SA-V: `sav_000001_manual.json` belongs to `sav_000001.mp4`.
    private func readMasklets(_ path: String, _ source: String, _ table: inout RegionTable) throws {
        let stem = FileNames.stem(path).replacing(/_(manual|auto)$/, with: ""), folder = media(of: path)
        let found = (folderNames(folder) ?? []).sorted().filter { FileNames.stem($0) == stem && isClip($0) }
        guard found.count == 1 else {
            throw InputError(
                .notFound, "\(path): found \(found.isEmpty ? "no clip" : found.joined(separator: " and ")) named \(stem) in \(folder), "
                    + "expected one (--media)")
        }
        try readClip(folder + "/" + found[0], path, source, &table)
    }

    /// Reads YouTube-VIS: each video's folder of images, or its file.
    private func readVideos(_ file: AnnotationFile, _ source: String, _ table: inout RegionTable) throws {
        var names: [String] = [], media = try MediaFolder(media(of: file.path))
        try file.read { json in
            try json.object { json, key in
                guard key == "videos" else { return try json.skip() }
                try json.array { json, _ in names.append(try Self.video(&json)) }
            }
        }
        for name in names {
            try readClip(media.path(of: name, place: "\(file.path): video \(name)"), file.path, source, &table)
        }
    }

    private static func video(_ json: inout JSONReader) throws -> String {
        var name: String?, first: String?
        try json.object { json, key in
            switch key {
            case "name", "file_name": name = try json.optionalString() ?? name
            case "file_names":
                try json.array { json, place in
                    let file = try json.string()
                    if place == 0 { first = file }
                }
            default: try json.skip()
            }
        }
        guard let name = first.flatMap({ $0.split(separator: "/").dropLast().last.map(String.init) }) ?? name else {
            throw json.fault("a video without file names", expected: "\"file_names\"")
        }
        return name
    }

    private func isClip(_ name: String) -> Bool {
        name.lastIndex(of: ".").map { Self.clipEndings.contains(name[name.index(after: $0)...].lowercased()) } ?? false
    }

    /// Reads a folder of annotation files, of label PNGs, or of clips with their masks.
    private func readFolder(_ path: String, _ table: inout RegionTable) throws {
        let folder = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
        let source = settings.name ?? folder.split(separator: "/").last.map(String.init) ?? "folder"
        let names = (folderNames(folder) ?? []).sorted()
        let clips = try clips(in: folder, depth: 0, &table)
        if !clips.isEmpty {
            for clip in clips { try readClip(clip, FileNames.folderPath(clip) + "/masks", source, &table) }
        } else if let media = settings.media, names.contains(where: { $0.lowercased().hasSuffix(".png") }) {
            try PictureMasks.readLabels(folder, source: source, media: media, into: &table)
        } else {
            let files = names.filter { $0.lowercased().hasSuffix(".json") }
            guard !files.isEmpty else {
                throw InputError(
                    .invalid, path, found: "neither JSON files, nor clips with a folder masks next to them"
                        + (settings.media == nil ? ", nor --media for label PNGs" : ", nor PNGs"), expected: "annotations")
            }
            for file in files { try readFile(folder + "/" + file, source, &table) }
        }
    }

    /// Clips with a folder `masks` next to them. A folder that cannot be read is a failure in the table.
    private func clips(in folder: String, depth: Int, _ table: inout RegionTable) throws -> [String] {
        guard let names = folderNames(folder)?.sorted() else {
            table.fail(folder, InputError(.inputOutput, folder, found: "a folder that cannot be read", expected: "permission to read it"))
            return []
        }
        if names.contains("masks"), FileStatus(folder + "/masks")?.isFolder == true {
            let clips = names.filter(isClip)
            guard clips.count < 2 else {
                throw InputError(.invalid, folder, found: "\(clips.joined(separator: " and ")) next to one folder of masks",
                    expected: "one clip")
            }
            if let clip = clips.first { return [folder + "/" + clip] }
        }
        guard depth < Self.depth else { return [] }
        let folders = names.map { folder + "/" + $0 }.filter { FileStatus($0)?.isFolder == true }
        return try folders.flatMap { try clips(in: $0, depth: depth + 1, &table) }
    }
}

extension FileNames {
    /// The folder of a path; "." for a bare name.
    fileprivate static func folderPath(_ path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }
}
