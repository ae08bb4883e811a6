import Imaging

/// Decodes the pictures of a series that are wanted.
final class StillFrames: FrameSource {
    private let stills: StillSequence
    /// Frame numbers, ascending.
    private let wanted: [Int]
    private let size: PictureSize
    private var handedOut = 0

    /// - Parameter info: the series', whose size all pictures must have.
    init(_ stills: StillSequence, wanted: [Int], info: VideoInfo) {
        self.stills = stills
        self.wanted = wanted
        size = PictureSize(width: info.width, height: info.height)
    }

    /// - Throws: `VideoError` for a picture that is damaged, or not of the first one's size.
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

    /// A damaged picture is an error.
    var damage: String? { nil }
}
