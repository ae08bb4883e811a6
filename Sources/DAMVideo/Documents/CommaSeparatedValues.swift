/// Captions as a table, one row a track. Source: RFC 4180.
enum CommaSeparatedValues {
    /// The first row.
    static let head = row([
        "id", "label", "start", "end", "first_frame", "last_frame", "visible_frames", "caption", "finish_reason",
        "prompt_tokens", "completion_tokens", "seconds",
    ])

    static func text(_ document: CaptionDocument) -> String {
        let rows = document.tracks.map { track in
            [
                track.id.description, track.label ?? "", "\(track.start)", "\(track.end)", "\(track.firstFrame)",
                "\(track.lastFrame)", "\(track.visibleFrames)", track.caption, track.finishReason,
                "\(track.usage.promptTokens)", "\(track.usage.completionTokens)", "\(track.seconds)",
            ]
        }
        return head + rows.map(row).joined()
    }

    private static func row(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\r\n" }

    /// Quoted where it must be.
    private static func field(_ text: String) -> String {
        let special = text.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
        return special ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
