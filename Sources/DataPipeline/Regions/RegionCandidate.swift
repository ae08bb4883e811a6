import Imaging

/// A region as a source has it, before the rules look at it.
struct RegionCandidate: Sendable {
    /// Behind the source's name; unique within the source.
    let id: String
    /// Path of the picture or clip.
    let path: String
    let size: PictureSize
    let kind: Record.Kind
    var label: String?
    var part: String?
    /// Score of the detector, and of what made the mask; nil if the source has none.
    var score: Double?
    var maskScore: Double?
    /// The frames that a captioner is shown, ascending.
    var masks: [FrameMask]
    /// Frames in which the region is to be seen.
    var visible = 1

    /// The mask with the most pixels.
    var largest: RunLengthEncoding? { masks.max { $0.runs.area < $1.runs.area }?.runs }

    /// Order in which regions of a picture are taken: scores first, then size.
    var rank: (Double, Int) { ((score ?? 1) * (maskScore ?? 1), largest?.area ?? 0) }
}

/// Class names as people write them.
enum ClassName {
    /// Class and part of a category: underscores are blanks, remarks in brackets and hyphens at the end of a name go, and what follows a
    /// colon is a part, as PACO has it.
    static func read(_ text: String) -> (label: String?, part: String?) {
        let names = text.split(separator: ":", maxSplits: 1).map { plain(String($0)) }
        return (names.first.flatMap { $0 }, names.count > 1 ? names[1] : nil)
    }

    private static func plain(_ text: String) -> String? {
        let words = text.replacing(/\([^)]*\)/, with: "").split { $0 == "_" || $0.isWhitespace }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}
