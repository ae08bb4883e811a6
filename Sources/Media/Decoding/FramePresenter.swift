import CFFmpeg
import Imaging

/// Turns decoded pictures into frames: assigns numbers, times and orientation, and checks that all have the same size.
struct FramePresenter {
    /// Name of the input in errors.
    let path: String
    let info: VideoInfo
    /// After rotation.
    let size: PictureSize
    /// Orientation according to the container.
    let streamOrientation: Orientation
    /// True if the first frame states another orientation.
    let isTurnedByFrames: Bool
    let timeline: ClipTimeline
    /// Clock in its state before the first frame.
    let clock: PresentationClock
    private let converter: PictureConverter

    /// - Parameter first: the first frame of the stream of `packets`.
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

    /// - Throws: `VideoError.sizeChanged` if the size differs from the first frame's.
    func frame(_ picture: FrameHandle, index: Int, time: Double, orientation: Orientation) throws -> VideoFrame {
        let frame = VideoFrame(index: index, time: time, picture: picture, orientation: orientation, converter: converter)
        guard frame.size == size else {
            throw VideoError.sizeChanged(path: path, frame: index, first: size, now: frame.size)
        }
        return frame
    }
}

extension FrameHandle {
    /// Orientation stated by the frame itself; nil if none.
    var orientation: Orientation? {
        cffmpeg_frame_display_matrix(pointer).map { Orientation(matrix: $0) }
    }
}
