import VideoDecoding

/// The frames of a clip at the working size, forwards or backwards.
protocol WorkingFrames: AnyObject {
    func next() throws -> WorkingFrame?
}

/// From a frame of the clip to its last.
final class ForwardFrames: WorkingFrames {
    private let decoder: VideoDecoder
    private let size: WorkingSize
    private let start: Int
    /// Frames decoded, including those before `start`.
    private(set) var count = 0

    init(path: String, size: WorkingSize, from start: Int) throws {
        decoder = try VideoDecoder(path: path)
        self.size = size
        self.start = start
    }

    /// After the last frame: what was wrong with the file.
    var damage: String? { decoder.damage }

    func next() throws -> WorkingFrame? {
        while let frame = try decoder.next() {
            count = frame.index + 1
            if frame.index >= start { return WorkingFrame(index: frame.index, image: try frame.image(), size: size) }
        }
        return nil
    }
}

/// From a frame of the clip back to its first. Decoders only go forwards, so a segment of the clip is decoded and held
/// while it is handed out from its end, and then the one before: memory does not grow with the clip, decoding does with
/// the square of its length, in units of a segment.
final class BackwardFrames: WorkingFrames {
    static let segment = 64

    private let path: String
    private let size: WorkingSize
    /// The frames not held yet are those before this one.
    private var end: Int
    private var held: [WorkingFrame] = []

    init(path: String, size: WorkingSize, from last: Int) {
        self.path = path
        self.size = size
        end = last + 1
    }

    func next() throws -> WorkingFrame? {
        if held.isEmpty, end > 0 {
            let start = max(0, end - Self.segment)
            let frames = try ForwardFrames(path: path, size: size, from: start)
            while held.count < end - start, let frame = try frames.next() { held.append(frame) }
            end = start
        }
        return held.popLast()
    }
}
