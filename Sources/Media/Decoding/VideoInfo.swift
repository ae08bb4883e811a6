import CFFmpeg
import Imaging

/// Properties of a clip.
package struct VideoInfo: Sendable, Equatable {
    /// Width in pixels, after rotation.
    package let width: Int
    /// Height in pixels, after rotation.
    package let height: Int
    /// Width and height.
    package var size: PictureSize { PictureSize(width: width, height: height) }
    /// Aspect ratio of a displayed pixel, after rotation.
    package let pixelAspect: PixelAspect
    /// Rotation from stored to displayed pictures; `asStored` for stills, which have their own.
    package let orientation: Orientation
    /// Frames per second: the average if the file states it, otherwise FFmpeg's guess, otherwise 25 (FFmpeg's default for raw
    /// streams). AVI counts frame slots; if some are empty, the guess is used.
    package let frameRate: Double
    /// Number of frames that the file declares; nil if it does not. The true number is known after decoding, or from
    /// `VideoClip.frameCount`.
    package let declaredFrames: Int?
    /// Duration of the video stream in seconds, according to the file; nil if it does not say.
    package let duration: Double?
    /// True if `duration` is FFmpeg's for the whole file, including audio.
    let isDurationOfFile: Bool
    /// Seconds before the first frame that the duration may include; 0 if it does not.
    private let leadIn: Double
    /// True if the file has audio or other streams.
    let hasOtherStreams: Bool
    /// True if the stream or its first frame is flagged as interlaced. Pictures are returned as stored, so moving edges are
    /// combed.
    package let isInterlaced: Bool

    init(
        size: PictureSize, orientation: Orientation, first: FrameHandle, stream: UnsafeMutablePointer<AVStream>,
        format: FormatHandle, declaredFrames: Int?
    ) {
        width = size.width
        height = size.height
        let aspect = PixelAspect(av_guess_sample_aspect_ratio(format.pointer, stream, first.pointer))
        pixelAspect = orientation.transposed ? aspect.turned : aspect
        self.orientation = orientation
        let rates = [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate].map(av_q2d).filter { $0.isFinite && $0 > 0 }
        let average = rates.first ?? 25, guess = rates.last ?? 25
        let hasEmptyPlaces = format.demuxerName == "avi" && average / guess > 1.5
        frameRate = hasEmptyPlaces ? guess : average
        self.declaredFrames = declaredFrames
        let none = cffmpeg_no_timestamp(), start = format.pointer.pointee.start_time
        // Matroska's duration counts from 0, wherever its first frame is; with a wall clock that is far away.
        let isFromZero = format.demuxerName.contains("matroska") && start != none && start >= Int64(AV_TIME_BASE)
        let seconds = [
            stream.pointee.duration == none ? 0 : Double(stream.pointee.duration) * av_q2d(stream.pointee.time_base),
            format.pointer.pointee.duration == none
                ? 0 : Double(format.pointer.pointee.duration &- (isFromZero ? start : 0)) / Double(AV_TIME_BASE),
        ]
        duration = seconds.first { $0.isFinite && $0 > 0 }
        // FLV's duration extends to the last time, whatever the first one is.
        leadIn = format.demuxerName == "flv" && start != none ? max(0, Double(start) / Double(AV_TIME_BASE)) : 0
        isDurationOfFile = !(seconds[0] > 0) || format.pointer.pointee.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE
        hasOtherStreams = format.pointer.pointee.nb_streams > 1
        isInterlaced = cffmpeg_frame_is_interlaced(first.pointer) != 0
            || ![AV_FIELD_UNKNOWN, AV_FIELD_PROGRESSIVE].contains(stream.pointee.codecpar.pointee.field_order)
    }

    /// Properties of a clip made of `frames` stills.
    init(size: PictureSize, frameRate: Double, frames: Int) {
        width = size.width
        height = size.height
        pixelAspect = .square
        orientation = .asStored
        self.frameRate = frameRate
        declaredFrames = frames
        duration = Double(frames) / frameRate
        isDurationOfFile = false
        leadIn = 0
        hasOtherStreams = false
        isInterlaced = false
    }

    /// Seconds from the start of the clip to the end of its last frame: the file's duration unless the frames' times contradict
    /// it, as they do if it includes audio, or counts a wall clock from its own start.
    /// - Parameter last: time of the last frame.
    package func duration(upTo last: Double) -> Double {
        let interval = 1 / frameRate
        guard let duration, duration > last else { return last + interval }
        if leadIn > 0, abs(duration - leadIn - (last + interval)) < interval / 2 { return last + interval }
        guard isDurationOfFile else { return duration }
        // The last frame of a file without audio may be shown for a while.
        let longest = hasOtherStreams ? 1.5 * interval : max(1, 10 * interval)
        return duration <= last + longest ? duration : last + interval
    }
}
