import Foundation
import Masks

/// Captions as subtitles: one cue per track, with the track's id, shown while the object is visible. A track with parts has one
/// cue for each of them, with ids such as `3/2`, and none for the whole.
/// Source: WebVTT, https://www.w3.org/TR/webvtt1/, section 4.
enum WebVTT {
    /// The first line; the text after `WEBVTT` distinguishes these captions from other subtitles.
    static let head = "WEBVTT - captions by damvideo\n"

    private struct Cue {
        let track: TrackID
        /// One-based number of the part; 0 for a track without parts.
        let part: Int
        let start: Double
        let end: Double
        let caption: String

        var id: String { part == 0 ? track.description : "\(track)/\(part)" }
    }

    static func text(_ document: CaptionDocument) -> String {
        let cues = document.tracks.flatMap(cues).sorted { ($0.start, $0.track, $0.part) < ($1.start, $1.track, $1.part) }
        return ([head] + cues.map { cue in
            // A cue must end after it begins, so an object visible in a single frame is shown for that frame's duration.
            let end = max(cue.end, cue.start + 1 / document.video.fps)
            return "\(line(cue.id))\n\(time(cue.start)) --> \(time(end))\n\(line(cue.caption))\n"
        }).joined(separator: "\n")
    }

    private static func cues(_ track: CaptionDocument.Track) -> [Cue] {
        guard let segments = track.segments else {
            return [Cue(track: track.id, part: 0, start: track.start, end: track.end, caption: track.caption)]
        }
        return segments.enumerated().map {
            Cue(track: track.id, part: $0 + 1, start: $1.start, end: $1.end, caption: $1.caption)
        }
    }

    /// `hh:mm:ss.mmm`.
    private static func time(_ seconds: Double) -> String {
        let milliseconds = Int(exactly: (seconds * 1000).rounded()).map { max(0, $0) } ?? 0
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return String(format: "%02d:%02d:%02d.%03d", whole / 3600, whole / 60 % 60, whole % 60, rest)
    }

    /// Cue text on one line, escaped: an empty line would end the cue, and `-->` and markup have a meaning.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
            .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
