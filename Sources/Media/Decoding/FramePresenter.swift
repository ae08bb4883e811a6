import CFFmpeg
import Imaging

/// Makes frames of decoded pictures: numbers, times, the way they are turned, and the check that all have one size.
struct FramePresenter {
    /// Name of the input in errors.
    let path: String
    let info: VideoInfo
    /// As shown.
    let size: PictureSize
    /// Orientation of the pictures as the container says.
    let streamOrientation: Orientation
    /// True if the first frame says otherwise.
    let isTurnedByFrames: Bool
    let timeline: ClipTimeline
    /// Clock in its state before the first frame.
    let clock: PresentationClock
    private let converter: PictureConverter

    /// - Parameter first: the first frame of the stream `packets` reads.
    init(_ packets: PacketReader, first: FrameHandle, path: String) {
        self.path = path
        converter = PictureConverter(path: path)
        streamOrientation = Orientation(matrix: cffmpeg_stream_display_matrix(packets.stream))
        isTurnedByFrames = (first.orientation ?? streamOrientation) != streamOrientation
        let orientation = first.orientation ?? streamOrientation
        size = orientation.size(of: first.size)
        info = VideoInfo(
            size: size, orientation: orientation, first: first, stream: packets.stream,
            format: packets.format, declaredFrames: packets.declaredFrames)
        timeline = ClipTimeline(packets)
        clock = PresentationClock(frameRate: info.frameRate, isStream: packets.format.mayBeJoined)
    }

    /// - Throws: `VideoError.sizeChanged` when the picture is not of the first one's size.
    func frame(_ picture: FrameHandle, index: Int, time: Double, orientation: Orientation) throws -> VideoFrame {
        let frame = VideoFrame(index: index, time: time, picture: picture, orientation: orientation, converter: converter)
        guard frame.size == size else {
            throw VideoError.sizeChanged(path: path, frame: index, first: size, now: frame.size)
        }
        return frame
    }
}

extension FrameHandle {
    /// Orientation as the frame itself says; nil when it does not.
    var orientation: Orientation? {
        cffmpeg_frame_display_matrix(pointer).map { Orientation(matrix: $0) }
    }
}
