import Files

/// Captions as a table, one row per track. If any track has parts, a row for each part follows the track's row, and a last column
/// holds the part's one-based number, empty for whole tracks.
enum CommaSeparatedValues {
    /// Columns of every table.
    private static let columns = [
        "id", "label", "start", "end", "first_frame", "last_frame", "visible_frames", "caption", "finish_reason",
        "prompt_tokens", "completion_tokens", "seconds",
    ]

    /// The header row of every table.
    static let head = columns.joined(separator: ",")

    static func text(_ document: CaptionDocument) -> String {
        let hasParts = document.tracks.contains { $0.segments != nil }
        let rows = document.tracks.flatMap { track in
            [whole(track) + (hasParts ? [""] : [])]
                + (track.segments ?? []).enumerated().map { part(track, $1) + ["\($0 + 1)"] }
        }
        return ([columns + (hasParts ? ["part"] : [])] + rows).map(CSV.row).joined()
    }

    private static func whole(_ track: CaptionDocument.Track) -> [String] {
        [
            track.id.description, track.label ?? "", "\(track.start)", "\(track.end)", "\(track.firstFrame)",
            "\(track.lastFrame)", "\(track.visibleFrames)", track.caption, track.finishReason,
            "\(track.usage.promptTokens)", "\(track.usage.completionTokens)", "\(track.seconds)",
        ]
    }

    private static func part(_ track: CaptionDocument.Track, _ segment: CaptionDocument.Segment) -> [String] {
        [
            track.id.description, track.label ?? "", "\(segment.start)", "\(segment.end)", "\(segment.firstFrame)",
            "\(segment.lastFrame)", "\(segment.visibleFrames)", segment.caption, segment.finishReason,
            "\(segment.usage.promptTokens)", "\(segment.usage.completionTokens)", "\(segment.seconds)",
        ]
    }
}
