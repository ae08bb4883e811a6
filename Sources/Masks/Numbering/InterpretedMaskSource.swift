import Imaging

/// Masks as they were understood: what their numbers are in the clip, and what frames that lack an object say of it.
struct InterpretedMaskSource: MaskSource {
    let annotatedFrames: [Int]
    let tracks: [Track]
    var numberingHelp: String

    private let source: any MaskSource
    private let notes: [MaskProblem]
    /// The clip's frame for each of the masks' numbers, and the other way round; nil where they are the same.
    private var frameOfKey: [Int: Int]?
    private var keyOfFrame: [Int: Int]?
    /// Frames that speak of each track; those of the source for others.
    private var framesOfTrack: [TrackID: [Int]] = [:]

    var path: String { source.path }
    var format: MaskFormat? { source.format }
    var size: PictureSize { source.size }
    var isPlaced: Bool { frameOfKey == nil && source.isPlaced }
    var isInOrder: Bool { frameOfKey == nil && source.isInOrder }
    var firstFrame: Int { source.firstFrame }
    var problems: [MaskProblem] { source.problems + notes }

    /// The same frames, and a question about their numbers.
    /// - Parameter help: what may help when they do not fit the clip.
    init(_ source: any MaskSource, note: String?, help: String) {
        (self.source, annotatedFrames, tracks, numberingHelp) = (source, source.annotatedFrames, source.tracks, help)
        notes = Self.notes(note, source)
    }

    /// - Parameters:
    ///   - frames: of the clip, one for each annotated frame of the source, ascending.
    ///   - note: why.
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

    /// Key `k` is the clip's frame `offset + k * step`.
    /// - Parameter step: at least 1.
    /// - Throws: `MaskError` when a frame lands before the clip's first or beyond any clip's last.
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

    /// The same masks, with other frames that speak of each track.
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
