import Imaging

/// Masks of a clip's objects in whatever form they came: the tracks they make, and each mask when it is wanted. One
/// reader for each form, under Readers/.
package protocol MaskSource: Sendable {
    /// The file or folder, as given.
    var path: String { get }
    /// Layout that the masks were read as; nil for masks that were computed.
    var format: MaskFormat? { get }
    /// Width and height of every mask.
    var size: PictureSize { get }
    /// Annotated frames, ascending; one may show no object. A gap is "not annotated here".
    var annotatedFrames: [Int] { get }
    /// Ascending by id.
    var tracks: [Track] { get }
    /// Masks that were left out, and readings that could be others.
    var problems: [MaskProblem] { get }

    /// Annotated frames of this object, ascending: fewer than `annotatedFrames` where each object has masks
    /// of its own. Where the object has no mask in one of them, it is not there.
    func annotatedFrames(of track: TrackID) -> [Int]

    /// The frames that speak of this object by itself, ascending: they show it, or have a mask of its own that is empty.
    func ownFrames(of track: TrackID) -> [Int]

    /// True if the frames were found by the names of the clip's stills.
    var isPlaced: Bool { get }

    /// True if the frames are positions in the sorted names, which hold no frame number.
    var isInOrder: Bool { get }

    /// The number of the clip's first frame in the file; frames count from 0 all the same.
    var firstFrame: Int { get }

    /// Hint to append to an error if frame numbers do not fit the clip; empty if there is none.
    var numberingHelp: String { get }

    /// True if the user, rather than propagation, says that the object is at a place in a frame, or is not there.
    func isGiven(_ track: TrackID, at frame: Int) -> Bool

    /// The box around the whole object at a frame on which a part of it is hidden; nil where it is not known to be larger than what is
    /// seen.
    func fullBox(of track: TrackID, at frame: Int) -> BoundingBox?

    /// The file a frame's masks come from, for messages.
    func file(of frame: Int) -> String

    /// The object's mask at a frame where the track appears. Reading all tracks of a frame one after the other reads the
    /// frame's file once.
    /// - Throws: `MaskError` when there is no such mask, or its file cannot be read any more.
    func mask(of track: TrackID, at frame: Int) throws -> Mask

    /// The same as run lengths; nil for a mask without a pixel.
    /// - Throws: as `mask`.
    func storedMask(of track: TrackID, at frame: Int) throws -> StoredMask?
}

extension MaskSource {
    package var format: MaskFormat? { nil }

    package var problems: [MaskProblem] { [] }

    package func annotatedFrames(of track: TrackID) -> [Int] { annotatedFrames }

    package func fullBox(of track: TrackID, at frame: Int) -> BoundingBox? { nil }

    package func storedMask(of track: TrackID, at frame: Int) throws -> StoredMask? {
        StoredMask(try mask(of: track, at: frame))
    }

    package func ownFrames(of track: TrackID) -> [Int] { tracks.first { $0.id == track }?.visibleFrames ?? [] }

    package var isPlaced: Bool { false }

    package var isInOrder: Bool { false }

    package var firstFrame: Int { format?.firstFrame ?? 0 }

    package var numberingHelp: String { "" }

    package func isGiven(_ track: TrackID, at frame: Int) -> Bool {
        annotatedFrames(of: track).holds(frame)
    }

    /// Checks that the masks can belong to a clip.
    /// - Parameters:
    ///   - width, height: of the clip's frames, after rotation.
    ///   - frameCount: frames in the clip; nil when that is not known yet.
    /// - Throws: `MaskError` when the sizes differ, or a mask lies beyond the clip's last frame.
    package func validate(width: Int, height: Int, frameCount: Int?) throws {
        let clip = PictureSize(width: width, height: height)
        guard size == clip else { throw MaskError(path: path, reason: .clipSizeDiffers(masks: size, clip: clip)) }
        if let frameCount, let beyond = annotatedFrames.first(where: { $0 >= frameCount }) {
            throw MaskError(
                path: file(of: beyond), found: "a mask for frame \(beyond)",
                expected: "none after frame \(frameCount - 1): the clip has \(frameCount) frames\(numberingHelp)")
        }
    }

    /// The track with this id.
    /// - Throws: `MaskError` that lists the ids there are.
    package func track(_ id: TrackID) throws -> Track {
        if let track = tracks.first(where: { $0.id == id }) { return track }
        if problems.contains(where: { $0.track == id }) { throw MaskError(path: path, reason: .emptyTrack(id)) }
        throw MaskError(path: path, reason: .unknownTrack(id, known: tracks.map(\.id)))
    }
}

extension [Int] {
    /// True if the list, which is ascending, has this frame.
    func holds(_ frame: Int) -> Bool {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < frame { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == frame
    }
}
