import Imaging

/// A region from a source, before the rules are applied.
struct RegionCandidate: Sendable {
    /// Unique within the source, whose name precedes it.
    let id: String
    /// Path of the image or clip.
    let path: String
    let size: PictureSize
    let kind: Record.Kind
    var label: String?
    var part: String?
    /// Scores of the detector, and of the mask; nil if the source has none.
    var score: Double?
    var maskScore: Double?
    /// The frames to show a captioner, ascending.
    var masks: [FrameMask]
    /// Number of frames that show the region.
    var visible = 1

    /// The mask with the largest area.
    var largest: RunLengthEncoding? { masks.max { $0.runs.area < $1.runs.area }?.runs }

    /// Rank of a region among those of its image: by scores, then by size.
    var rank: (Double, Int) { ((score ?? 1) * (maskScore ?? 1), largest?.area ?? 0) }
}

/// Normalisation of class names.
enum ClassName {
    /// Class and part of a category: underscores become spaces, parenthesised remarks and trailing hyphens are removed, and what
    /// follows a colon is a part, as in PACO.
    static func read(_ text: String) -> (label: String?, part: String?) {
        let names = text.split(separator: ":", maxSplits: 1).map { plain(String($0)) }
        return (names.first.flatMap { $0 }, names.count > 1 ? names[1] : nil)
    }

    private static func plain(_ text: String) -> String? {
        let words = text.replacing(/\([^)]*\)/, with: "").split { $0 == "_" || $0.isWhitespace }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}
