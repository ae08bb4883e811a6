import DAMVideo
import Foundation
import Masks

/// The state of a running job, derived from its events.
struct LiveClip {
    private struct Caption: Hashable {
        let track: TrackID
        let part: Int?
    }

    /// The finished tracks; nil while nothing is known.
    private(set) var document: CaptionDocument?
    private(set) var progress = ClipProgress(stage: .waiting)
    /// Number of tracks to caption, as far as known.
    private(set) var trackCount: Int?
    private(set) var problems: [CaptionDocument.Problem] = []
    /// Text of captions being generated.
    private var texts: [Caption: String] = [:]
    private var clock = StageClock()
    /// Time of the last progress event.
    private var lastTold: ContinuousClock.Instant?

    /// Minimum interval of progress events in one stage.
    private static let progressInterval = Duration.milliseconds(100)

    init(document: CaptionDocument? = nil) { self.document = document }

    /// Text so far of captions being generated.
    var openTexts: [ClipEvent.TokenText] {
        texts.map { ClipEvent.TokenText(track: $0.track, part: $0.part, text: $1) }
    }

    /// Handles an event of the job.
    /// - Returns: events for readers.
    mutating func take(_ event: CaptionEvent) -> [ClipEvent] {
        switch event {
        case .began(let document):
            self.document = document
            problems = document.errors
            return problems.map(ClipEvent.problem) + document.tracks.map(ClipEvent.track)
        case .progress(let stage, let done, let total):
            guard let stage = advance(stage) else { return [] }
            let isNew = stage != progress.stage
            progress = ClipProgress(stage: stage, done: done, total: total)
            progress.secondsLeft = clock.secondsLeft(stage.rawValue, done: done, total: total)
            // Limits the rate: there can be thousands of frames.
            let now = ContinuousClock.now
            if !isNew, let lastTold, now - lastTold < Self.progressInterval { return [] }
            lastTold = now
            return [.progress(progress)]
        case .token(let position, let text, _):
            trackCount = position.count
            guard !text.isEmpty else { return [] }
            texts[Caption(track: position.id, part: position.part), default: ""] += text
            let token = ClipEvent.token(ClipEvent.TokenText(track: position.id, part: position.part, text: text))
            guard progress.stage != .captioning else { return [token] }
            return [captioning(), token]
        case .finished(let track):
            document?.insert(track)
            texts = texts.filter { $0.key.track != track.id }
            return [.track(track), captioning()]
        case .failed(let problem):
            problems.append(problem)
            if let track = problem.track, problem.start == nil { texts = texts.filter { $0.key.track != track } }
            return [.problem(problem)]
        }
    }

    /// Progress in tracks, once captions are being generated.
    private mutating func captioning() -> ClipEvent {
        let done = document?.tracks.count ?? 0
        progress = ClipProgress(stage: .captioning, done: done, total: trackCount)
        progress.secondsLeft = clock.secondsLeft("captioning", done: done, total: trackCount)
        return .progress(progress)
    }

    /// The stage as sent to clients; nil for one that is not reported.
    private mutating func advance(_ stage: CaptionEvent.Stage) -> ClipProgress.Stage? {
        switch stage {
        case .finding: return .finding
        case .following: return .following
        case .decoding: return .decoding
        case .encoding(let position), .reading(let position):
            trackCount = position.count
            // Alternating with captions that are being generated, it would flicker.
            guard texts.isEmpty else { return nil }
            if case .encoding = stage { return .encoding }
            return .reading
        case .captioned: return nil
        case .rendering: return .rendering
        case .reporting: return .reporting
        }
    }
}
