import CFFmpeg
import Imaging

/// A clip to take frames from: a video file, a series of stills, or a video that comes through standard input.
///
/// Frame numbers are those of the whole clip in presentation order, from 0, whatever part is asked for; the `n` of
/// FFmpeg's `select` filter. Of a file, only what the wanted frames need is decoded where its packets tell which frame is
/// which (see `FrameIndex`); elsewhere it is decoded from the start, with the same result. The results can differ for a
/// file with damage that only decoding shows: where that is passed over, the frames behind it keep the numbers they have
/// in the container, while decoding everything would not count frames that are lost.
/// Not thread-safe, and one `ClipFrames` at a time.
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
    /// The first decoder, until someone reads with it.
    private var opened: VideoDecoder?
    private var foundIndex: Result<FrameIndex, IndexProblem>?
    /// Note on repaired times from the last decoding from the start.
    private var lastMending: String?
    /// Frames that decoding from the start showed.
    private var counted: Int?

    /// Opens the clip and decodes its first frame.
    /// - Parameters:
    ///   - path: a video file; a folder of stills; a series of stills as a printf pattern such as `frames/%05d.jpg` (when
    ///     no file has that very name); or `-` for a video on standard input, which can be read once, from start to end.
    ///   - stillRate: frames a second of a series of stills, above 0.
    ///   - seekDistance: bytes between wanted parts of a file from which on a seek is tried rather than reading what
    ///     lies between, without decoding it; nil for never. The frames are the same.
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

    /// A video that comes through an open file descriptor, such as a pipe's.
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

    /// The same clip opened once more, to be read at another place at the same time.
    /// - Throws: `VideoError`, also for a clip that can be read only once.
    package func reopened() throws -> VideoClip {
        switch source {
        case .stills(let stills): return try VideoClip(stills)
        case .video(let input):
            guard input.isFile else { throw VideoError.readFailed(path: path, reason: "it can be read only once") }
            return try VideoClip(input, seekDistance: seekDistance)
        }
    }

    /// Bytes that decoding a clip of this size takes: 24 pictures of 12 bits a pixel for the decoder's threads and
    /// reordering, and one as RGB.
    package static func decodingBytes(of size: PictureSize) -> Int { size.width * size.height * (24 * 3 / 2 + 3) }

    /// Exact number of the clip's frames, without decoding it; nil when only decoding can tell. The first call reads
    /// through the file.
    package var frameCount: Int? {
        if case .stills(let stills) = source { return stills.files.count }
        return try? index.get().frameCount
    }

    /// Exact number of frames if known, from `frameCount` or an earlier `countFrames`.
    package var knownFrameCount: Int? { counted ?? frameCount }

    /// Counts the frames exactly, by decoding if nothing else can tell. Nil for a clip that can be read once, or
    /// is damaged.
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

    /// Seconds from the start of the clip to `frame`; nil when only decoding can tell, or there is no such frame.
    package func time(ofFrame frame: Int) -> Double? {
        guard let frameCount, (0..<frameCount).contains(frame) else { return nil }
        if case .stills(let stills) = source { return stills.time(ofFrame: frame) }
        return try? index.get().time(ofFrame: frame)
    }

    /// The numbers of the frames in a part of the clip; nil when only decoding can tell.
    package func frameNumbers(in span: TimeSpan) -> Range<Int>? {
        if case .stills(let stills) = source { return stills.frames(in: span) }
        return try? index.get().frames(in: span)
    }

    /// One line on what was wrong with the frames' times and how it was mended; nil when nothing was, or it is not known
    /// before the clip is decoded.
    package var mending: String? {
        if case .success(let index)? = foundIndex { index.mending } else { lastMending }
    }

    /// Seconds from the start of the clip to its end.
    /// - Parameters:
    ///   - last: time of the last frame that is known.
    ///   - isLast: whether it is the clip's last.
    package func duration(upTo last: Double, isLast: Bool) -> Double {
        let shortest = last + 1 / info.frameRate
        guard mending == nil else { return (shortest * 1e6).rounded() / 1e6 }
        return isLast ? info.duration(upTo: last) : max(info.duration ?? 0, shortest)
    }

    /// True if nothing of the clip can be looked at twice.
    package var isReadOnce: Bool {
        if case .video(let input) = source { !input.isFile } else { false }
    }

    /// Reason for decoding the file from its start: one clause about "it"; nil when it has not.
    package var sequentialReason: String? {
        if case .stills = source { return nil }
        guard case .failure(let problem) = index else { return nil }
        return problem.reason
    }

    /// The frames, in order.
    /// - Parameters:
    ///   - wanted: numbers of those to give; nil for all. Numbers the clip does not have are passed over.
    ///   - span: nothing outside it is given; nil for the whole clip.
    /// - Throws: `VideoError`, also when standard input has been read already.
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
