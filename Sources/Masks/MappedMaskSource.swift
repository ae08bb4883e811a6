import Imaging

/// Masks whose frames are counted in another way than the clip's: key `k` is the clip's frame `offset + k * step`.
struct MappedMaskSource: MaskSource {
    let annotatedFrames: [Int]
    let tracks: [Track]

    private let source: any MaskSource
    private let offset: Int
    private let step: Int

    var path: String { source.path }
    var format: MaskFormat? { source.format }
    var size: PictureSize { source.size }
    var problems: [MaskProblem] { source.problems }

    /// - Parameter step: at least 1.
    /// - Throws: `MaskError` when a frame lands before the clip's first or beyond any clip's last.
    init(_ source: any MaskSource, offset: Int, step: Int) throws {
        (self.source, self.offset, self.step) = (source, offset, step)
        func clipFrame(_ key: Int) throws -> Int {
            let (product, overflows) = key.multipliedReportingOverflow(by: step)
            let (frame, overflowsToo) = product.addingReportingOverflow(offset)
            guard !overflows, !overflowsToo, frame <= Int(Int32.max) else {
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
        annotatedFrames = try source.annotatedFrames.map(clipFrame)
        tracks = try source.tracks.map { track in
            Track(
                id: track.id, label: track.label,
                appearances: try track.appearances.map {
                    Track.Appearance(frame: try clipFrame($0.frame), box: $0.box, area: $0.area)
                })
        }
    }

    func annotatedFrames(of track: TrackID) -> [Int] { source.annotatedFrames(of: track).map { $0 * step + offset } }

    func file(of frame: Int) -> String { key(frame).map(source.file) ?? path }

    func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard let key = key(frame) else {
            throw MaskError(path: path, reason: .notVisible(track, frame: frame))
        }
        return try source.mask(of: track, at: key)
    }

    /// The masks' own number for a frame of the clip; nil when none falls on it.
    private func key(_ frame: Int) -> Int? {
        let (distance, overflows) = frame.subtractingReportingOverflow(offset)
        guard !overflows, distance >= 0, distance % step == 0 else { return nil }
        return distance / step
    }
}
