import Masks

/// Results so far of one track's captions: the whole, and its parts.
struct TrackAnswers {
    private let parts: Int
    private var track: CaptionDocument.Track?
    private var segments: [Int: CaptionDocument.Segment] = [:]
    private var problems: [Int: CaptionDocument.Problem] = [:]

    init(_ position: TrackPosition) { parts = position.parts }

    /// Number of parts that succeeded or failed.
    var finishedParts: Int { segments.count + problems.count }

    mutating func add(_ track: CaptionDocument.Track) { self.track = track }

    mutating func add(_ segment: CaptionDocument.Segment, part: Int) { segments[part] = segment }

    mutating func add(_ problem: CaptionDocument.Problem, part: Int) { problems[part] = problem }

    /// The track with its parts, and the problems of parts that failed; nil while any caption is outstanding.
    var finished: (track: CaptionDocument.Track, problems: [CaptionDocument.Problem])? {
        guard var track, finishedParts == parts else { return nil }
        func inOrder<Value>(_ values: [Int: Value]) -> [Value] { values.sorted { $0.key < $1.key }.map(\.value) }
        track.segments = segments.isEmpty ? nil : inOrder(segments)
        return (track, inOrder(problems))
    }
}
