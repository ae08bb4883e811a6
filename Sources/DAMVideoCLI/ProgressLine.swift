import DAMVideo
import Foundation
import Masks

/// A step of captioning as a line of JSON, for programs: `--progress json`.
struct ProgressLine: Encodable {
    /// "finding", "following", "decoding", "encoding", "reading", "generating", "captioned", "finished", "failed", "rendering" or
    /// "reporting".
    let stage: String
    /// Frames, parts or tokens that are done, and their total if known.
    var done: Int?
    var total: Int?
    /// True while masks are propagated backwards.
    var backward: Bool?
    var track: TrackID?
    /// One-based number of the track in the clip, and the number of tracks.
    var number: Int?
    var count: Int?
    /// Estimated seconds left in the stage; nil if unknown.
    var secondsLeft: Double?

    private enum CodingKeys: String, CodingKey {
        case stage, done, total, backward, track, number, count
        case secondsLeft = "seconds_left"
    }

    /// - Returns: nil for an event that is not a step.
    init?(_ event: CaptionEvent) {
        switch event {
        case .progress(let stage, let done, let total): self.init(stage, done, total)
        case .token(let position, _, let tokens):
            self.init("generating", position)
            done = tokens
        case .finished(let entry):
            self.init("finished")
            track = entry.id
        case .failed(let problem):
            self.init("failed")
            track = problem.track
        case .began: return nil
        }
    }

    private init(_ stage: CaptionEvent.Stage, _ done: Int, _ total: Int?) {
        switch stage {
        case .finding: self.init("finding")
        case .following(let isBackward):
            self.init("following")
            backward = isBackward
        case .decoding: self.init("decoding")
        case .encoding(let track): self.init("encoding", track)
        case .reading(let track): self.init("reading", track)
        case .captioned(let track): self.init("captioned", track)
        case .rendering: self.init("rendering")
        case .reporting: self.init("reporting")
        }
        (self.done, self.total) = (done, total)
    }

    private init(_ stage: String, _ position: TrackPosition? = nil) {
        self.stage = stage
        (track, number, count) = (position?.id, position?.number, position?.count)
    }

    /// The line with a trailing line feed.
    var data: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ((try? encoder.encode(self)) ?? Data("{}".utf8)) + Data("\n".utf8)
    }
}
