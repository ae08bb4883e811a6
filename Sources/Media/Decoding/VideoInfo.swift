import CFFmpeg
import Imaging

/// What a clip says about itself.
package struct VideoInfo: Sendable, Equatable {
    /// Pixels across, after rotation.
    package let width: Int
    /// Pixels down, after rotation.
    package let height: Int
    /// Both.
    package var size: PictureSize { PictureSize(width: width, height: height) }
    /// How pixels are shown, after rotation.
    package let pixelAspect: PixelAspect
    /// Frames a second: the average when the file knows it, else FFmpeg's guess, else 25 (what FFmpeg assumes for raw
    /// streams).
    package let frameRate: Double
    /// Frames the file claims to hold; nil when it makes no claim. The true number is known after decoding, or from
    /// `VideoClip.frameCount`.
    package let declaredFrames: Int?
    /// Seconds the video stream lasts, as the file says; nil when it does not.
    package let duration: Double?
    /// Whether the stream or its first frame says that a picture is woven from two fields, taken at different times.
    /// The pictures are given as they are: moving edges are combed.
    package let isInterlaced: Bool

    init(
        size: PictureSize, isTransposed: Bool, first: FrameHandle, stream: UnsafeMutablePointer<AVStream>,
        format: UnsafeMutablePointer<AVFormatContext>
    ) {
        width = size.width
        height = size.height
        let aspect = PixelAspect(av_guess_sample_aspect_ratio(format, stream, first.pointer))
        pixelAspect = isTransposed ? aspect.turned : aspect
        let rates = [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate].map(av_q2d)
        frameRate = rates.first { $0.isFinite && $0 > 0 } ?? 25
        let frames = stream.pointee.nb_frames
        declaredFrames = frames > 0 ? Int(frames) : nil
        let none = cffmpeg_no_timestamp()
        let seconds = [
            stream.pointee.duration == none ? 0 : Double(stream.pointee.duration) * av_q2d(stream.pointee.time_base),
            format.pointee.duration == none ? 0 : Double(format.pointee.duration) / Double(AV_TIME_BASE),
        ]
        duration = seconds.first { $0.isFinite && $0 > 0 }
        isInterlaced = cffmpeg_frame_is_interlaced(first.pointer) != 0
            || ![AV_FIELD_UNKNOWN, AV_FIELD_PROGRESSIVE].contains(stream.pointee.codecpar.pointee.field_order)
    }

    /// A clip made of `frames` stills.
    init(size: PictureSize, frameRate: Double, frames: Int) {
        width = size.width
        height = size.height
        pixelAspect = .square
        self.frameRate = frameRate
        declaredFrames = frames
        duration = Double(frames) / frameRate
        isInterlaced = false
    }
}
