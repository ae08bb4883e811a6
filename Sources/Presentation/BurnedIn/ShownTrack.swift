import DAMVideo
import Imaging
import Masks

/// A track as people are shown it: the colour, the name and the words that go with its outline.
struct ShownTrack {
    let track: Track
    let colour: Colour
    /// The caption, or why there is none.
    let text: String
    let hasCaption: Bool
    /// Parts with captions of their own, in order.
    let segments: [CaptionDocument.Segment]

    /// The id, as it is written on the picture.
    var tag: String { track.id.description }

    /// The tracks a document speaks of, in the order of the masks. A track's colour is that of its place among all tracks
    /// of the masks, so that it stays the same whichever of them are captioned.
    static func all(of document: CaptionDocument, masks: any MaskSource) -> [ShownTrack] {
        let captioned = Dictionary(document.tracks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let problems = Dictionary(
            document.errors.compactMap { problem in problem.track.map { ($0, problem.message) } },
            uniquingKeysWith: { first, _ in first })
        return masks.tracks.enumerated().compactMap { position, track in
            let entry = captioned[track.id]
            guard let text = entry?.caption ?? problems[track.id] else { return nil }
            return ShownTrack(
                track: track, colour: TrackPalette.colour(at: position), text: text, hasCaption: entry != nil,
                segments: entry?.segments ?? [])
        }
    }
}

/// A caption, and when its words are the ones to show for its track.
struct ShownCaption {
    let track: ShownTrack
    /// Frames of the clip, whether or not the track is seen in them; ascending.
    let frames: [Range<Int>]

    /// Captions of a track: each part's from its first frame up to the first of the next, and the whole's where there is no
    /// part's.
    static func all(of track: ShownTrack) -> [ShownCaption] {
        let frames = frames(ofPartsOf: track)
        let parts = zip(track.segments, frames).map { segment, frames in
            ShownCaption(
                track: ShownTrack(
                    track: track.track, colour: track.colour, text: segment.caption, hasCaption: true, segments: []),
                frames: [frames])
        }
        var rest: [Range<Int>] = [], end = 0
        for range in frames {
            if range.lowerBound > end { rest.append(end..<range.lowerBound) }
            end = max(end, range.upperBound)
        }
        if end < .max { rest.append(end..<Int.max) }
        return [ShownCaption(track: track, frames: rest)] + parts
    }

    /// Frames of each part: between two parts a mask that is held belongs to the former.
    static func frames(ofPartsOf track: ShownTrack) -> [Range<Int>] {
        track.segments.map { segment in
            let next = track.track.appearances.first { $0.frame > segment.lastFrame }?.frame ?? .max
            return segment.firstFrame..<max(next, segment.firstFrame)
        }
    }

    /// The parts of these stretches that it is shown in.
    func clipped(_ stretches: [Range<Int>]) -> [Range<Int>] {
        frames.flatMap { frames in stretches.map { $0.clamped(to: frames) } }.filter { !$0.isEmpty }
    }
}
