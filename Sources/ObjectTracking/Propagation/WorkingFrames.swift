import Media

/// The frames of a clip at the working size, forwards or backwards.
protocol WorkingFrames: AnyObject {
    func next() throws -> WorkingFrame?
}

/// From a frame of a clip, or of a part of it, to the last.
final class ForwardFrames: WorkingFrames {
    private let frames: ClipFrames
    private let size: WorkingSize
    private var first: Int?
    private var last = -1

    /// - Parameter start: what comes before is not wanted, and not decoded where the clip allows that.
    init(_ clip: VideoClip, size: WorkingSize, from start: Int, in span: TimeSpan?) throws {
        if start > 0, let count = clip.frameCount, start < count {
            frames = try clip.frames(start..<count, in: span)
        } else {
            frames = try clip.frames(in: span)
        }
        self.size = size
    }

    /// After the last frame: what was wrong with the file.
    var damage: String? { frames.damage }

    /// After the last frame: frames of the whole clip; nil when the part ended before it did.
    var frameCount: Int? { frames.frameCount }

    /// The frames that came so far.
    var seen: Range<Int> { (first ?? 0)..<last + 1 }

    func next() throws -> WorkingFrame? {
        guard let frame = try frames.next() else { return nil }
        if first == nil { first = frame.index }
        last = frame.index
        return WorkingFrame(index: frame.index, image: try frame.image(), size: size)
    }
}

/// The frames of a range, from its last to its first. Decoders only go forwards, so a segment is decoded and held while
/// it is handed out from its end, and then the one before, which is sought: memory does not grow with the clip, and time
/// does evenly. A clip that has to be decoded from the start (`VideoClip.sequentialReason`) is, for each segment.
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
