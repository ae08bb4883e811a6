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

    /// The id, as it is written on the picture.
    var tag: String { track.id.description }

    /// The tracks a document speaks of, in the order of the masks. A track's colour is that of its place among all tracks
    /// of the masks, so that it stays the same whichever of them are captioned.
    static func all(of document: CaptionDocument, masks: any MaskSource) -> [ShownTrack] {
        let captions = Dictionary(document.tracks.map { ($0.id, $0.caption) }, uniquingKeysWith: { first, _ in first })
        let problems = Dictionary(
            document.errors.compactMap { problem in problem.track.map { ($0, problem.message) } },
            uniquingKeysWith: { first, _ in first })
        return masks.tracks.enumerated().compactMap { position, track in
            guard let text = captions[track.id] ?? problems[track.id] else { return nil }
            return ShownTrack(
                track: track, colour: TrackPalette.colour(at: position), text: text, hasCaption: captions[track.id] != nil)
        }
    }
}
