import CFFmpeg
import Imaging

/// A clip to read frames from: a video file, a series of stills, or a video on standard input.
///
/// Frame numbers are those of the whole clip in presentation order, from 0, whatever part is read; they equal `n` of FFmpeg's
/// `select` filter. If the packets of a file tell which frame is which (see `FrameIndex`), only the packets that the wanted
/// frames depend on are decoded; otherwise it is decoded from the start, with the same result. Results can differ if a file has
/// damage that only decoding reveals: when damaged frames are skipped, later ones keep their numbers in the container, while
/// sequential decoding does not count lost frames. Not thread-safe; supports one `ClipFrames` at a time.
package final class VideoClip {
    /// The path as given; "standard input" for `-`.
    package let path: String
    package let info: VideoInfo

    private enum Source {
        case video(MediaInput)
        case stills(StillSequence)
    }

    private let source: Source
    private let presenter: FramePresenter?
    private let seekDistance: Int?
    /// The first decoder, before anything was read from it.
    private var opened: VideoDecoder?
    private var foundIndex: Result<FrameIndex, IndexProblem>?
    /// Note on repaired times from the last sequential decoding.
    private var lastMending: String?
    /// Number of frames found by sequential decoding.
    private var counted: Int?

    /// Opens the clip and decodes its first frame.
    /// - Parameters:
    ///   - path: a video file; a folder of stills; a printf pattern of stills such as `frames/%05d.jpg` (unless a file has that
    ///     very name); or `-` for a video on standard input, which can be read once, from start to end.
    ///   - stillRate: frames per second of a series of stills, positive.
    ///   - seekDistance: minimum distance in bytes between wanted parts of a file for seeking instead of reading what lies
    ///     between; nil to never seek. The frames are the same.
    /// - Throws: `VideoError`.
    package convenience init(path: String, stillRate: Double = 25, seekDistance: Int? = 1 << 20) throws {
        if path == "-" {
            try self.init(.standardInput, seekDistance: nil)
        } else if let stills = try StillSequence(path: path, frameRate: stillRate) {
            try self.init(stills)
        } else {
            try checkReadable(path)
            try self.init(.file(path), seekDistance: seekDistance)
        }
    }

    /// Opens a video from a file descriptor, such as a pipe's.
    package convenience init(descriptor: Int32) throws {
        try self.init(.descriptor(descriptor), seekDistance: nil)
    }

    private init(_ input: MediaInput, seekDistance: Int?) throws {
        let decoder = try VideoDecoder(input)
        path = input.name
        info = decoder.info
        source = .video(input)
        presenter = decoder.presenter
        self.seekDistance = seekDistance
        opened = decoder
    }

    private init(_ stills: StillSequence) throws {
        path = stills.path
        info = try stills.info()
        source = .stills(stills)
        presenter = nil
        seekDistance = nil
    }

    /// Opens the same clip again, to be read at another position concurrently.
    /// - Throws: `VideoError`, also for a clip that can be read only once.
    package func reopened() throws -> VideoClip {
        switch source {
        case .stills(let stills): return try VideoClip(stills)
        case .video(let input):
            guard input.isFile else { throw VideoError.readFailed(path: path, reason: "it can be read only once") }
            return try VideoClip(input, seekDistance: seekDistance)
        }
    }

    /// Bytes needed to decode a clip of this size: 24 frames of 12 bits per pixel for the decoder's threads and reordering, and
    /// one RGB frame.
    package static func decodingBytes(of size: PictureSize) -> Int { size.width * size.height * (24 * 3 / 2 + 3) }

    /// Exact number of frames, without decoding; nil if only decoding can tell. The first call reads through the file.
    package var frameCount: Int? {
        if case .stills(let stills) = source { return stills.files.count }
        return try? index.get().frameCount
    }

    /// Exact number of frames if known, from `frameCount` or an earlier `countFrames`.
    package var knownFrameCount: Int? { counted ?? frameCount }

    /// Counts the frames exactly, by decoding if necessary. Nil for a clip that can be read only once, or is damaged.
    /// - Throws: `VideoError`.
    package func countFrames() throws -> Int? {
        if isReadOnce || knownFrameCount != nil { return knownFrameCount }
        let decoder = try VideoDecoder(path: path)
        var count = 0
        while try decoder.next() != nil { count += 1 }
        counted = decoder.damage == nil ? count : nil
        return counted
    }

    /// Paths of a series of stills, in order; nil for a video.
    package var stills: [String]? {
        if case .stills(let stills) = source { stills.files } else { nil }
    }

    /// Seconds from the start of the clip to `frame`; nil if only decoding can tell, or there is no such frame.
    package func time(ofFrame frame: Int) -> Double? {
        guard let frameCount, (0..<frameCount).contains(frame) else { return nil }
        if case .stills(let stills) = source { return stills.time(ofFrame: frame) }
        return try? index.get().time(ofFrame: frame)
    }

    /// Frame numbers in a part of the clip; nil if only decoding can tell.
    package func frameNumbers(in span: TimeSpan) -> Range<Int>? {
        if case .stills(let stills) = source { return stills.frames(in: span) }
        return try? index.get().frames(in: span)
    }

    /// One line on how the frames' times were repaired; nil if they were not, or it is not known before decoding.
    package var mending: String? {
        if case .success(let index)? = foundIndex { index.mending } else { lastMending }
    }

    /// Seconds from the start of the clip to its end.
    /// - Parameters:
    ///   - last: time of the last known frame.
    ///   - isLast: true if it is the clip's last frame.
    package func duration(upTo last: Double, isLast: Bool) -> Double {
        let shortest = last + 1 / info.frameRate
        guard mending == nil else { return (shortest * 1e6).rounded() / 1e6 }
        return isLast ? info.duration(upTo: last) : max(info.duration ?? 0, shortest)
    }

    /// True if the clip can be read only once.
    package var isReadOnce: Bool {
        if case .video(let input) = source { !input.isFile } else { false }
    }

    /// Reason that the file is decoded from the start, as a clause about "it"; nil if it is not.
    package var sequentialReason: String? {
        if case .stills = source { return nil }
        guard case .failure(let problem) = index else { return nil }
        return problem.reason
    }

    /// The frames, in order.
    /// - Parameters:
    ///   - wanted: numbers of the frames to return; nil for all. Numbers beyond the clip are ignored.
    ///   - span: limits the frames returned; nil for the whole clip.
    /// - Throws: `VideoError`, also if standard input has been read already.
    package func frames(_ wanted: some Sequence<Int>, in span: TimeSpan? = nil) throws -> ClipFrames {
        try frames(Set(wanted) as Set?, span)
    }

    package func frames(in span: TimeSpan? = nil) throws -> ClipFrames {
        try frames(nil, span)
    }

    private func frames(_ wanted: Set<Int>?, _ span: TimeSpan?) throws -> ClipFrames {
        func chosen(_ count: Int, _ numbers: Range<Int>) -> [Int] {
            guard let wanted else { return Array(numbers) }
            return wanted.filter(numbers.contains).sorted()
        }
        switch source {
        case .stills(let stills):
            let numbers = span.map(stills.frames) ?? stills.files.indices
            let frames = StillFrames(stills, wanted: chosen(stills.files.count, numbers), info: info)
            return ClipFrames(frames, frameCount: stills.files.count, lastTime: stills.time(ofFrame: stills.files.count - 1))
        case .video(let input):
            if wanted != nil || span != nil, let presenter, case .file(let path) = input, case .success(let index) = index {
                opened = nil
                let numbers = span.map(index.frames) ?? 0..<index.frameCount
                let seeking = SeekingDecoder(
                    path: path, index: index, wanted: chosen(index.frameCount, numbers), presenter: presenter,
                    seekDistance: seekDistance)
                return ClipFrames(
                    seeking, frameCount: index.frameCount, lastTime: index.time(ofFrame: index.frameCount - 1),
                    otherwise: { ClipFrames(try VideoDecoder(path: path), wanted: wanted, span: span) })
            }
            return ClipFrames(try sequential(input), wanted: wanted, span: span) { [weak self] in self?.lastMending = $0 }
        }
    }

    private func sequential(_ input: MediaInput) throws -> VideoDecoder {
        defer { opened = nil }
        if let opened { return opened }
        guard input.isFile else { throw VideoError.readFailed(path: path, reason: "it can be read only once") }
        return try VideoDecoder(input)
    }

    private var index: Result<FrameIndex, IndexProblem> {
        if let foundIndex { return foundIndex }
        let result = makeIndex()
        foundIndex = result
        return result
    }

    private func makeIndex() -> Result<FrameIndex, IndexProblem> {
        guard case .video(.file(let path)) = source else { return .failure(IndexProblem(reason: "it can be read only once")) }
        guard let presenter, !presenter.isTurnedByFrames else {
            return .failure(IndexProblem(reason: "its frames say themselves how they are turned"))
        }
        do {
            return .success(try FrameIndex(path: path, clock: presenter.clock))
        } catch let problem as IndexProblem {
            return .failure(problem)
        } catch {
            return .failure(IndexProblem(reason: "it cannot be read again"))
        }
    }
}
