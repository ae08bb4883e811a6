import Imaging

/// Masks of a clip's objects from any format: the tracks, and each mask on demand. One reader per format, in Readers/.
package protocol MaskSource: Sendable {
    /// Path of the file or folder, as given.
    var path: String { get }
    /// Format that the masks were read as; nil for computed masks.
    var format: MaskFormat? { get }
    /// Width and height of every mask.
    var size: PictureSize { get }
    /// Annotated frames, ascending; one may show no object. Other frames are unknown.
    var annotatedFrames: [Int] { get }
    /// Ascending by id.
    var tracks: [Track] { get }
    /// Masks that were skipped, and ambiguous readings.
    var problems: [MaskProblem] { get }

    /// Annotated frames of this object, ascending: fewer than `annotatedFrames` if each object has its own masks. In an annotated
    /// frame without a mask the object is absent.
    func annotatedFrames(of track: TrackID) -> [Int]

    /// Frames that concern this object individually, ascending: they show it, or have an empty mask of its own.
    func ownFrames(of track: TrackID) -> [Int]

    /// True if frames were matched by the names of the clip's stills.
    var isPlaced: Bool { get }

    /// True if frames are positions in the sorted names, which contain no frame number.
    var isInOrder: Bool { get }

    /// The number of the first frame in the file; this source's frames count from 0.
    var firstFrame: Int { get }

    /// Hint to append to an error if frame numbers do not fit the clip; empty if there is none.
    var numberingHelp: String { get }

    /// True if the object's presence or absence in a frame was given by the user rather than propagated.
    func isGiven(_ track: TrackID, at frame: Int) -> Bool

    /// The box of the whole object in a frame where part of it is hidden; nil unless it is known to be larger than the visible
    /// part.
    func fullBox(of track: TrackID, at frame: Int) -> BoundingBox?

    /// The file of a frame's masks, for messages.
    func file(of frame: Int) -> String

    /// The object's mask in a frame where the track appears. Reading a frame's tracks one after another reads its file once.
    /// - Throws: `MaskError` if there is no such mask, or its file cannot be read any more.
    func mask(of track: TrackID, at frame: Int) throws -> Mask

    /// The mask as run lengths; nil for an empty mask.
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
    ///   - width, height: frame size of the clip, after rotation.
    ///   - frameCount: number of frames; nil if unknown.
    /// - Throws: `MaskError` if the sizes differ, or a mask lies beyond the clip's last frame.
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
    /// - Throws: `MaskError` that lists the existing ids.
    package func track(_ id: TrackID) throws -> Track {
        if let track = tracks.first(where: { $0.id == id }) { return track }
        if problems.contains(where: { $0.track == id }) { throw MaskError(path: path, reason: .emptyTrack(id)) }
        throw MaskError(path: path, reason: .unknownTrack(id, known: tracks.map(\.id)))
    }
}

extension [Int] {
    /// True if the ascending list contains this frame.
    func holds(_ frame: Int) -> Bool {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < frame { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == frame
    }
}
