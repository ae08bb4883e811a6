import Foundation

/// Captions as subtitles: one cue a track, its id the track's, shown while the object is seen.
/// Source: WebVTT, https://www.w3.org/TR/webvtt1/, section 4.
enum WebVTT {
    /// The first line; the words behind the first one tell these captions from other subtitles.
    static let head = "WEBVTT - captions by damvideo\n"

    static func text(_ document: CaptionDocument) -> String {
        let cues = document.tracks.sorted { ($0.start, $0.id) < ($1.start, $1.id) }.map { track in
            // A cue must end after it begins: one that is seen in a single frame lasts that frame.
            let end = max(track.end, track.start + 1 / document.video.fps)
            return "\(line(track.id.description))\n\(time(track.start)) --> \(time(end))\n\(line(track.caption))\n"
        }
        return ([head] + cues).joined(separator: "\n")
    }

    /// `hh:mm:ss.mmm`.
    private static func time(_ seconds: Double) -> String {
        let milliseconds = Int(exactly: (seconds * 1000).rounded()).map { max(0, $0) } ?? 0
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return String(format: "%02d:%02d:%02d.%03d", whole / 3600, whole / 60 % 60, whole % 60, rest)
    }

    /// Cue text on one line: an empty line would end the cue, and `-->` or markup would be read as such.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
            .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
