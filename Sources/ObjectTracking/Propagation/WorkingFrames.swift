import Media

/// The frames of a clip at the working size, forwards or backwards.
protocol WorkingFrames: AnyObject {
    func next() throws -> WorkingFrame?
}

/// Frames from a given one to the last of a clip, or of a part of it.
final class ForwardFrames: WorkingFrames {
    private let frames: ClipFrames
    private let size: WorkingSize
    private var first: Int?
    private var last = -1

    /// - Parameter start: first frame; earlier ones are not decoded if the clip allows seeking.
    init(_ clip: VideoClip, size: WorkingSize, from start: Int, in span: TimeSpan?) throws {
        if start > 0, let count = clip.frameCount, start < count {
            frames = try clip.frames(start..<count, in: span)
        } else {
            frames = try clip.frames(in: span)
        }
        self.size = size
    }

    /// After the last frame: the file's damage.
    var damage: String? { frames.damage }

    /// After the last frame: number of frames in the clip; nil if the part ended before it.
    var frameCount: Int? { frames.frameCount }

    /// The frames delivered so far.
    var seen: Range<Int> { (first ?? 0)..<last + 1 }

    func next() throws -> WorkingFrame? {
        guard let frame = try frames.next() else { return nil }
        if first == nil { first = frame.index }
        last = frame.index
        return WorkingFrame(index: frame.index, image: try frame.image(), size: size)
    }
}

/// The frames of a range, from last to first. Decoders only run forwards, so a segment is decoded and held while it is delivered
/// from its end; then the decoder seeks to the previous one. Memory does not grow with the clip, and time is linear. A clip that
/// has to be decoded from the start (`VideoClip.sequentialReason`) is decoded from there for each segment.
final class BackwardFrames: WorkingFrames {
    static let segment = 64

    private let clip: VideoClip
    private let size: WorkingSize
    /// The frames not held yet.
    private var rest: Range<Int>
    private var held: [WorkingFrame] = []

    init(_ clip: VideoClip, size: WorkingSize, range: Range<Int>) {
        self.clip = clip
        self.size = size
        rest = range
    }

    func next() throws -> WorkingFrame? {
        if held.isEmpty, !rest.isEmpty {
            let start = max(rest.lowerBound, rest.upperBound - Self.segment)
            let frames = try clip.frames(start..<rest.upperBound)
            while held.count < rest.upperBound - start, let frame = try frames.next() {
                held.append(WorkingFrame(index: frame.index, image: try frame.image(), size: size))
            }
            rest = rest.lowerBound..<start
        }
        return held.popLast()
    }
}
