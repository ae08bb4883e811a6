import DAMVideo
import Imaging
import Masks

/// A track as displayed: the colour, name and text that go with its outline.
struct ShownTrack {
    let track: Track
    let colour: Colour
    /// The caption, or the reason that there is none.
    let text: String
    let hasCaption: Bool
    /// Parts with their own captions, in order.
    let segments: [CaptionDocument.Segment]

    /// The id drawn on the picture.
    var tag: String { track.id.description }

    /// The tracks of a document, in the order of the masks. A track's colour depends on its position among all tracks of the
    /// masks, so that it is the same whichever tracks are captioned.
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

/// A caption, with the frames in which it is shown for its track.
struct ShownCaption {
    let track: ShownTrack
    /// Frames of the clip, whether or not the track is visible in them; ascending.
    let frames: [Range<Int>]

    /// Captions of a track: each part's from its first frame to the next part's, and the whole track's in the remaining frames.
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

    /// Frames of each part: between two parts, a held mask belongs to the earlier one.
    static func frames(ofPartsOf track: ShownTrack) -> [Range<Int>] {
        track.segments.map { segment in
            let next = track.track.appearances.first { $0.frame > segment.lastFrame }?.frame ?? .max
            return segment.firstFrame..<max(next, segment.firstFrame)
        }
    }

    /// The intersections of these stretches with its frames.
    func clipped(_ stretches: [Range<Int>]) -> [Range<Int>] {
        frames.flatMap { frames in stretches.map { $0.clamped(to: frames) } }.filter { !$0.isEmpty }
    }
}
