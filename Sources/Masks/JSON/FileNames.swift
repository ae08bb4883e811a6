/// What the names of a clip's pictures say, as annotation files list them.
package enum FileNames {
    /// The clip's frames: the numbers at the ends of the names when each has one and they ascend, else positions.
    static func frames(_ names: [String]) -> [Int] {
        let numbers = names.compactMap { MaskFolder.frameNumber(in: stem($0)) }
        let ascends = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
        return numbers.count == names.count && ascends ? numbers : Array(names.indices)
    }

    /// A file's name without folders and extension.
    package static func stem(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// The last folder of a path; nil when there is none.
    static func folder(_ path: String) -> String? {
        path.split(separator: "/").dropLast().last.map(String.init)
    }
}

/// Which of the videos in a file the clip is.
struct VideoChoice {
    /// What each video is called, in any of its ways.
    let names: [[String]]

    /// - Parameter clip: the clip's name without extension; nil when it is not known.
    /// - Returns: the index of the video that is called like the clip, else of the only one.
    /// - Throws: `MaskError` that lists the videos.
    func index(clip: String?, path: String) throws -> Int {
        if let clip {
            let matches = names.indices.filter { names[$0].contains(clip) }
            if matches.count == 1 { return matches[0] }
        }
        if names.count == 1 { return 0 }
        let shown = names.prefix(8).map { $0.first ?? "?" } + (names.count > 8 ? ["..."] : [])
        throw MaskError(
            path: path, found: names.isEmpty ? "no video" : "\(names.count) videos (\(shown.joined(separator: ", ")))",
            expected: names.isEmpty ? "at least one" : "one of them to be called like the clip" + (clip.map { ", \($0)" } ?? ""))
    }
}
