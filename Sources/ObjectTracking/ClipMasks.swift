import Imaging
import Masks
import Media

/// Opens the masks of a clip whose stored orientation may differ from the displayed one.
package enum ClipMasks {
    /// Reads masks, and rotates them with the clip if they belong to its stored orientation: on request, or if their size, or
    /// the extent of boxes, fits only that. If this does not decide, masks are taken to be in the displayed orientation, with a
    /// note.
    /// - Parameters:
    ///   - name: the clip's name, which selects one of several videos in a file.
    /// - Throws: `MaskError`; `VideoError` if the clip's frames have to be counted and cannot be.
    package static func open(
        _ path: String, settings: MaskSettings, clip: VideoClip, name: String
    ) throws -> any MaskSource {
        let turn = clip.info.orientation, shown = clip.info.size, stored = turn.size(of: shown)
        let areStored = turn != .asStored && settings.orientation == .stored
        let masks = try MaskSources.open(
            path, settings: settings, clip: ClipFacts(clip, path: name, size: areStored ? stored : shown), count: clip.countFrames)
        if areStored { return TurnedMasks(masks, turn) }
        guard turn != .asStored, settings.orientation == nil else { return masks }
        // Boxes in text have no image size, but their extent may exceed one of the two.
        if masks.format == .motChallenge, stored != shown, try boxes(path, settings, clip, name, fit: stored, not: shown) {
            let masks = try MaskSources.open(
                path, settings: settings, clip: ClipFacts(clip, path: name, size: stored), count: clip.countFrames)
            return TurnedMasks(masks, turn, note:
                "\(path): boxes that reach beyond \(shown) and not beyond \(stored), as the clip's pictures are stored: turned with "
                    + "them (--masks-orientation shown says otherwise)")
        }
        if stored == shown || masks.format == .motChallenge {
            return TurnedMasks(masks, .asStored, note:
                "\(path): the clip's pictures are stored \(turn.name), and masks drawn on those cannot be told from others: taken "
                    + "for masks of the shown pictures (--masks-orientation stored says otherwise)")
        }
        guard masks.size == stored else { return masks }
        return TurnedMasks(
            masks, turn, note: "\(path): masks of \(stored), as the clip's pictures are stored: turned with them to \(shown)")
    }
}

extension ClipMasks {
    /// True if all boxes fit one size and some exceed another.
    private static func boxes(
        _ path: String, _ settings: MaskSettings, _ clip: VideoClip, _ name: String, fit one: PictureSize, not other: PictureSize
    ) throws -> Bool {
        // Large enough to show how far they extend beyond either.
        let side = 2 * max(one.width, one.height), all = PictureSize(width: side, height: side)
        let masks = try MaskSources.open(path, settings: settings, clip: ClipFacts(clip, path: name, size: all), count: clip.countFrames)
        let found = masks.tracks.flatMap { $0.appearances.map(\.box) }
        func areInside(_ size: PictureSize) -> Bool {
            found.allSatisfy { $0.left + $0.width <= size.width && $0.top + $0.height <= size.height }
        }
        return areInside(one) && !areInside(other)
    }
}

extension Orientation {
    /// Name of the rotation, to follow "stored".
    fileprivate var name: String {
        if transposed { return mirroredHorizontally != mirroredVertically ? "turned by 90 degrees" : "turned and mirrored" }
        return mirroredHorizontally && mirroredVertically ? "turned by 180 degrees" : "mirrored"
    }
}

/// Masks in the stored orientation, rotated to the displayed one.
struct TurnedMasks: MaskSource {
    let size: PictureSize
    let tracks: [Track]
    let problems: [MaskProblem]

    private let source: any MaskSource
    private let turn: Orientation

    var path: String { source.path }
    var format: MaskFormat? { source.format }
    var annotatedFrames: [Int] { source.annotatedFrames }
    var isPlaced: Bool { source.isPlaced }
    var numberingHelp: String { source.numberingHelp }

    /// - Parameter note: a note about all of them.
    init(_ source: any MaskSource, _ turn: Orientation, note: String? = nil) {
        (self.source, self.turn) = (source, turn)
        let stored = source.size
        size = turn.size(of: stored)
        tracks = source.tracks.map { track in
            Track(
                id: track.id, label: track.label,
                appearances: track.appearances.map {
                    Track.Appearance(frame: $0.frame, box: turn.turned($0.box, stored: stored), area: $0.area)
                })
        }
        problems = source.problems + [note].compactMap(\.self).map { MaskProblem(.note, $0) }
    }

    func annotatedFrames(of track: TrackID) -> [Int] { source.annotatedFrames(of: track) }

    func ownFrames(of track: TrackID) -> [Int] { source.ownFrames(of: track) }

    func isGiven(_ track: TrackID, at frame: Int) -> Bool { source.isGiven(track, at: frame) }

    func file(of frame: Int) -> String { source.file(of: frame) }

    func mask(of track: TrackID, at frame: Int) throws -> Mask { turn.turned(try source.mask(of: track, at: frame)) }
}
