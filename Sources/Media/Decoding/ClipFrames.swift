/// Some frames of a clip, in presentation order.
package final class ClipFrames {
    /// Frames in the whole clip; nil while unknown. If it takes decoding, it is known at the end, provided the end of the clip
    /// was reached.
    package private(set) var frameCount: Int?
    /// Seconds from the start of the clip to its last frame; nil like `frameCount`.
    package private(set) var lastTime: Double?
    /// After `next()` has returned nil: one line on damage in the part that was read; nil if there was none.
    package private(set) var damage: String?

    private let source: any FrameSource
    private let wanted: Set<Int>?
    private let span: TimeSpan?
    /// The source to fall back to if the file does not match its index.
    private let alternative: (() throws -> ClipFrames)?
    /// Called at the end with a description of repaired times.
    private let onEnd: (String?) -> Void
    /// Set after falling back.
    private var replacement: ClipFrames?
    private var lastGiven = -1
    private var latest: (index: Int, time: Double)?
    private var hasEnded = false

    /// - Parameters:
    ///   - source: never returns wrong frames.
    ///   - alternative: another way to read the same frames.
    init(
        _ source: any FrameSource, frameCount: Int, lastTime: Double, otherwise alternative: (() throws -> ClipFrames)? = nil
    ) {
        self.source = source
        self.frameCount = frameCount
        self.lastTime = lastTime
        self.alternative = alternative
        onEnd = { _ in }
        wanted = nil
        span = nil
    }

    /// Decodes from the start to the end of the clip, or of `span`, which alone reveals the number of frames and any damage.
    /// - Parameter onEnd: called at the end with a description of repaired times.
    init(_ decoder: VideoDecoder, wanted: Set<Int>?, span: TimeSpan?, onEnd: @escaping (String?) -> Void = { _ in }) {
        self.onEnd = onEnd
        source = decoder
        self.wanted = wanted
        self.span = span
        alternative = nil
    }

    /// True if all frames are decoded from the start.
    package var isSequential: Bool { source is VideoDecoder || replacement != nil }

    /// The next frame; nil after the last.
    /// - Parameter onFrame: called with the number of each frame passed, returned or not.
    /// - Throws: `VideoError`, and what `onFrame` throws.
    package func next(onFrame: (Int) throws -> Void = { _ in }) throws -> VideoFrame? {
        if let replacement { return try next(from: replacement, onFrame) }
        guard !hasEnded else { return nil }
        do {
            while let frame = try source.next() {
                try onFrame(frame.index)
                if let span, span.isOver(at: frame.time) {
                    hasEnded = true
                    onEnd((source as? VideoDecoder)?.mending)
                    return nil
                }
                latest = (frame.index, frame.time)
                guard wanted?.contains(frame.index) ?? true, span?.contains(frame.time) ?? true else { continue }
                lastGiven = frame.index
                return frame
            }
        } catch let mismatch as IndexMismatch {
            guard let alternative else { throw mismatch }
            let replacement = try alternative()
            self.replacement = replacement
            return try next(from: replacement, onFrame)
        }
        hasEnded = true
        damage = source.damage
        onEnd((source as? VideoDecoder)?.mending)
        if frameCount == nil, let latest {
            frameCount = latest.index + 1
            lastTime = latest.time
        }
        return nil
    }

    /// Continues after the last frame returned, up to which all were correct.
    private func next(from replacement: ClipFrames, _ onFrame: (Int) throws -> Void) throws -> VideoFrame? {
        while let frame = try replacement.next(onFrame: onFrame) {
            if frame.index > lastGiven { return frame }
        }
        frameCount = replacement.frameCount
        lastTime = replacement.lastTime
        damage = replacement.damage
        return nil
    }
}
