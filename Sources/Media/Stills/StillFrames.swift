import Imaging

/// Decodes the wanted images of a series.
final class StillFrames: FrameSource {
    private let stills: StillSequence
    /// Frame numbers, ascending.
    private let wanted: [Int]
    private let size: PictureSize
    private var handedOut = 0

    /// - Parameter info: properties of the series, whose size all images must have.
    init(_ stills: StillSequence, wanted: [Int], info: VideoInfo) {
        self.stills = stills
        self.wanted = wanted
        size = PictureSize(width: info.width, height: info.height)
    }

    /// - Throws: `VideoError` for a damaged image, or one of another size than the first.
    func next() throws -> VideoFrame? {
        guard handedOut < wanted.count else { return nil }
        let number = wanted[handedOut], path = stills.files[number]
        handedOut += 1
        let picture = try StillPicture(path: path)
        let frame = VideoFrame(
            index: number, time: stills.time(ofFrame: number), picture: picture.frame, orientation: picture.orientation,
            converter: PictureConverter(path: path))
        guard frame.size == size else {
            throw VideoError.sizeChanged(path: path, frame: number, first: size, now: frame.size)
        }
        return frame
    }

    /// Always nil: a damaged image is an error.
    var damage: String? { nil }
}
