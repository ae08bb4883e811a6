import CFFmpeg

/// What a clip says about itself.
package struct VideoInfo: Sendable, Equatable {
    /// Pixels across, after rotation.
    package let width: Int
    /// Pixels down, after rotation.
    package let height: Int
    /// Both.
    package var size: PictureSize { PictureSize(width: width, height: height) }
    /// Frames a second: the average when the file knows it, else FFmpeg's guess, else 25 (what FFmpeg assumes for raw
    /// streams).
    package let frameRate: Double
    /// Frames the file claims to hold; nil when it makes no claim. The true number is known after decoding.
    package let declaredFrames: Int?
    /// Seconds the video stream lasts, as the file says; nil when it does not.
    package let duration: Double?

    init(size: PictureSize, stream: UnsafeMutablePointer<AVStream>, format: UnsafeMutablePointer<AVFormatContext>) {
        width = size.width
        height = size.height
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
    }
}
