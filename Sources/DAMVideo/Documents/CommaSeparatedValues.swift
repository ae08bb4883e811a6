/// Captions as a table, one row a track. Source: RFC 4180.
enum CommaSeparatedValues {
    static func text(_ document: CaptionDocument) -> String {
        let head = [
            "id", "label", "start", "end", "first_frame", "last_frame", "visible_frames", "caption", "finish_reason",
            "prompt_tokens", "completion_tokens", "seconds",
        ]
        let rows = document.tracks.map { track in
            [
                track.id.description, track.label ?? "", "\(track.start)", "\(track.end)", "\(track.firstFrame)",
                "\(track.lastFrame)", "\(track.visibleFrames)", track.caption, track.finishReason,
                "\(track.usage.promptTokens)", "\(track.usage.completionTokens)", "\(track.seconds)",
            ]
        }
        return ([head] + rows).map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// Quoted where it must be.
    private static func field(_ text: String) -> String {
        let special = text.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
        return special ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
