import Imaging

/// Masks with their frame numbers mapped to the clip and the meaning of absence resolved.
struct InterpretedMaskSource: MaskSource {
    let annotatedFrames: [Int]
    let tracks: [Track]
    var numberingHelp: String

    private let source: any MaskSource
    private let notes: [MaskProblem]
    /// Mapping from the masks' numbers to the clip's frames and back; nil if they are equal.
    private var frameOfKey: [Int: Int]?
    private var keyOfFrame: [Int: Int]?
    /// Frames that determine each track; those of the source for other tracks.
    private var framesOfTrack: [TrackID: [Int]] = [:]

    var path: String { source.path }
    var format: MaskFormat? { source.format }
    var size: PictureSize { source.size }
    var isPlaced: Bool { frameOfKey == nil && source.isPlaced }
    var isInOrder: Bool { frameOfKey == nil && source.isInOrder }
    var firstFrame: Int { source.firstFrame }
    var problems: [MaskProblem] { source.problems + notes }

    /// Keeps the frames, with a note on ambiguous numbers.
    /// - Parameter help: hint for errors if they do not fit the clip.
    init(_ source: any MaskSource, note: String?, help: String) {
        (self.source, annotatedFrames, tracks, numberingHelp) = (source, source.annotatedFrames, source.tracks, help)
        notes = Self.notes(note, source)
    }

    /// - Parameters:
    ///   - frames: the clip's frame for each annotated frame of the source, ascending.
    ///   - note: explanation for the user.
    init(_ source: any MaskSource, frames: [Int], note: String? = nil) {
        self.source = source
        let table = Dictionary(uniqueKeysWithValues: zip(source.annotatedFrames, frames))
        frameOfKey = table
        keyOfFrame = Dictionary(uniqueKeysWithValues: zip(frames, source.annotatedFrames))
        annotatedFrames = frames
        tracks = source.tracks.map { track in
            let appearances = track.appearances.compactMap { appearance in
                table[appearance.frame].map { Track.Appearance(frame: $0, box: appearance.box, area: appearance.area) }
            }
            return Track(id: track.id, label: track.label, appearances: appearances)
        }
        notes = Self.notes(note, source)
        numberingHelp = ""
    }

    /// Maps key `k` to the clip's frame `offset + k * step`.
    /// - Parameter step: at least 1.
    /// - Throws: `MaskError` if a frame becomes negative or exceeds any clip.
    init(_ source: any MaskSource, offset: Int, step: Int) throws {
        func clipFrame(_ key: Int) throws -> Int {
            let (product, overflows) = key.multipliedReportingOverflow(by: step)
            let (frame, overflowsToo) = product.addingReportingOverflow(offset)
            guard !overflows, !overflowsToo, frame <= FrameNames.largest else {
                throw MaskError(
                    path: source.file(of: key), found: "frame \(key) moved by step \(step) and offset \(offset)",
                    expected: "a frame of a clip")
            }
            guard frame >= 0 else {
                throw MaskError(
                    path: source.file(of: key), found: "a mask moved to frame \(frame)",
                    expected: "0 or more: the frame offset is too low")
            }
            return frame
        }
        self.init(source, frames: try source.annotatedFrames.map(clipFrame))
    }

    /// Replaces the frames that determine each track.
    init(_ source: any MaskSource, framesOfTrack: [TrackID: [Int]], note: String?) {
        self.init(source, note: note, help: source.numberingHelp)
        self.framesOfTrack = framesOfTrack
    }

    private static func notes(_ note: String?, _ source: any MaskSource) -> [MaskProblem] {
        note.map { [MaskProblem(.note, "\(source.path): \($0)")] } ?? []
    }

    func annotatedFrames(of track: TrackID) -> [Int] {
        framesOfTrack[track] ?? inClip(source.annotatedFrames(of: track))
    }

    func ownFrames(of track: TrackID) -> [Int] { inClip(source.ownFrames(of: track)) }

    func file(of frame: Int) -> String { key(frame).map(source.file) ?? path }

    func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard let key = key(frame) else {
            throw MaskError(path: path, reason: .notVisible(track, frame: frame))
        }
        return try source.mask(of: track, at: key)
    }

    private func inClip(_ keys: [Int]) -> [Int] {
        guard let frameOfKey else { return keys }
        return keys.compactMap { frameOfKey[$0] }
    }

    private func key(_ frame: Int) -> Int? {
        guard let keyOfFrame else { return frame }
        return keyOfFrame[frame]
    }
}
