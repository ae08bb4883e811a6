import Files
import Imaging

/// Frames of label files, from their names.
struct UltralyticsNames {
    /// Paths, one for each key.
    private(set) var files: [String]
    /// Numbers relative to `first`.
    private(set) var keys: [Int] = []
    /// The number of the clip's first frame.
    private(set) var first = 0
    private(set) var arePlaced = false
    private(set) var areInOrder = false
    private(set) var notes: [String] = []

    /// - Throws: `MaskError` for names without numbers, and two files for one frame.
    init(_ files: [String], clip: ClipFacts, path: String) throws {
        self.files = files
        let own = clip.name.map { name in files.filter { Self.number(of: FileNames.stem($0), behind: name) != nil } } ?? []
        if !own.isEmpty, own.count < files.count {
            self.files = own
            notes.append("\(files.count - own.count) files that are not named like the clip are left out")
        }
        let named: FrameNames
        do {
            named = try FrameNames(self.files.map(FileNames.lastPart), stills: clip.frameOfStill)
        } catch {
            let index = switch error { case .noNumber(let index), .tooLarge(let index): index }
            throw MaskError(
                path: self.files.indices.contains(index) ? self.files[index] : path, found: "a name without the number of a frame",
                expected: "<clip>_<frame>.txt, or the name of a still")
        }
        (keys, arePlaced, areInOrder) = (named.frames, named.arePlaced, named.areInOrder)
        if let note = named.note { notes.append(note) }
        if !arePlaced, !areInOrder { count(from: own, clip: clip) }
        var fileOfKey: [Int: String] = [:]
        for (file, key) in zip(self.files, keys) {
            guard let other = fileOfKey.updateValue(file, forKey: key) else { continue }
            throw MaskError(path: file, reason: .sameFrame(key + first, other: FileNames.lastPart(other)))
        }
    }

    /// Recognises frame numbers of a video, which count from 1 and have no leading zeros.
    private mutating func count(from own: [String], clip: ClipFacts) {
        let stems = files.map(FileNames.stem)
        let areOfVideo = stems.allSatisfy { stem in
            stem.lastIndex(of: "_").map { Self.number(of: stem, behind: String(stem[..<$0])) != nil } ?? false
        }
        guard areOfVideo, !keys.contains(0), clip.stills.isEmpty else { return }
        first = 1
        keys = keys.map { $0 - 1 }
        guard own.isEmpty else { return }
        notes.append("files such as \(stems[0]).txt count a video's frames from 1, as Ultralytics does "
            + "(\(NumberedSubject.detections.offset) 1 if they count from 0)")
    }

    /// The number of `<name>_<number>` without leading zeros; nil for other names.
    private static func number(of stem: String, behind name: String) -> Int? {
        guard stem.hasPrefix(name + "_") else { return nil }
        let digits = stem.dropFirst(name.count + 1)
        guard let number = Int(digits), String(number) == digits else { return nil }
        return number
    }
}

/// Class names by number, from a file next to the labels.
struct ClassNames {
    private var names: [Int: String] = [:]

    var isEmpty: Bool { names.isEmpty }

    subscript(number: Int) -> String? { names[number] }

    /// Files that list names, one per line.
    static let lists = ["classes.txt", "obj.names"]
    private static let settings = ["data.yaml", "dataset.yaml", "data.yml"]
    private static let largest = 1 << 20

    /// - Parameter path: path of the labels' folder, or of a file in it.
    init(beside path: String) {
        let folder = FileStatus(path)?.isFolder ?? false ? path : Self.parent(path)
        for place in [folder, Self.parent(folder), Self.parent(Self.parent(folder))] where names.isEmpty {
            for name in Self.lists where names.isEmpty { names = Self.read(place + "/" + name).map(Self.list) ?? [:] }
            for name in Self.settings where names.isEmpty { names = Self.read(place + "/" + name).map(Self.yaml) ?? [:] }
        }
    }

    private static func parent(_ path: String) -> String {
        let parts = path.split(separator: "/").dropLast()
        return (path.hasPrefix("/") ? "/" : "") + (parts.isEmpty ? "." : parts.joined(separator: "/"))
    }

    private static func read(_ path: String) -> String? {
        guard let status = FileStatus(path), status.isRegular, status.size <= largest, let data = fileContents(path) else { return nil }
        return String(decoding: UTF8Text.bytes(Array(data)), as: UTF8.self)
    }

    private static func list(_ text: String) -> [Int: String] {
        let lines = text.split(whereSeparator: \.isNewline).map(trimmed).filter { !$0.isEmpty }
        return Dictionary(uniqueKeysWithValues: lines.enumerated().map { ($0, $1) })
    }

    /// Parses `names: [a, b]`, or lines `- a` or `0: a` below `names:`.
    private static func yaml(_ text: String) -> [Int: String] {
        var lines = text.split(whereSeparator: \.isNewline)[...]
        guard let start = lines.firstIndex(where: { $0.hasPrefix("names:") }) else { return [:] }
        let inline = trimmed(lines[start].dropFirst(6))
        if inline.hasPrefix("["), inline.hasSuffix("]") {
            return list(inline.dropFirst().dropLast().split(separator: ",").joined(separator: "\n"))
        }
        lines = lines[(start + 1)...].prefix { $0.first.map { " \t-".contains($0) } ?? false }
        var result: [Int: String] = [:]
        for line in lines.map(trimmed) {
            if line.hasPrefix("- ") {
                result[result.count] = trimmed(line.dropFirst(2))
            } else if let colon = line.firstIndex(of: ":"), let number = Int(trimmed(line[..<colon])) {
                result[number] = trimmed(line[line.index(after: colon)...])
            }
        }
        return result
    }

    /// Strips spaces and quotation marks at both ends.
    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while let first = text.first, first.isWhitespace || "\"'".contains(first) { text.removeFirst() }
        while let last = text.last, last.isWhitespace || "\"'".contains(last) { text.removeLast() }
        return String(text)
    }
}
