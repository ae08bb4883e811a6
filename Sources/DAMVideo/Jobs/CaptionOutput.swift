import Files
import Foundation
import Imaging
import Masks
import Media
import Synchronization

/// Which existing files outputs may replace.
public enum OutputReplacement: Sendable {
    case none
    /// Files that an earlier run with the same outputs wrote.
    case earlierRun
    case all
}

/// The files, or stdout, that a clip's captions are written to. JSON Lines grow as tracks finish. The other formats are written
/// when the run ends, however it ends, and before the last line of the JSON Lines, whose presence shows that all are complete. A
/// lock allows a signal's thread to write while captioning continues.
public final class CaptionOutput: Sendable {
    public struct File: Sendable {
        public let format: CaptionFormat
        /// "-" for stdout.
        public let path: String
    }

    private struct State {
        var document: CaptionDocument?
        /// The JSON Lines file, once begun.
        var lines: GrowingFile?
        /// True if tracks of an earlier run precede the problems.
        var isResumed = false
        /// Tracks in the order of their lines; tracks of a batch finish in any order.
        var order: [TrackID] = []
        var isOver = false
    }

    public let files: [File]
    private let request: ClipRequest
    private let replaces: OutputReplacement
    private let state = Mutex(State())

    /// - Parameters:
    ///   - request: the clip and its objects.
    ///   - output: value of `-o`, for the first format; the others are written next to it. A folder takes files named like the
    ///     clip; nil for the clip's own folder.
    ///   - formats: at least one.
    ///   - replaces: existing files that may be replaced.
    public init(_ request: ClipRequest, output: String?, formats: [CaptionFormat], replaces: OutputReplacement = .none) {
        self.request = request
        self.replaces = replaces
        var forms: [CaptionFormat] = []
        for format in formats where !forms.contains(format) { forms.append(format) }
        let folder = output.flatMap { FileStatus($0)?.isFolder == true ? $0 : nil }
        files = forms.enumerated().map { index, format in
            guard let output, folder == nil else {
                return File(format: format, path: format.defaultPath(forClip: request.clip, of: request.options.shard, in: folder))
            }
            if index == 0 { return File(format: format, path: output) }
            return File(
                format: format,
                path: CaptionFormat.pathWithoutExtension(output) + "." + format.rawValue)
        }
    }

    /// True if all files exist.
    public var exists: Bool { files.allSatisfy { FileStatus($0.path) != nil } }

    /// True if an output is a pipe or stdout, where a slow reader can block writing.
    public var waitsForReaders: Bool { files.contains(where: isPipe) }

    private func isPipe(_ file: File) -> Bool { file.path == "-" || OutputFile.isDevice(file.path) }

    /// True if the file at this output path is a caption document of an earlier run.
    func isOwn(_ path: String) -> Bool { files.contains { $0.path == path && $0.format.isDocument(at: path) } }

    /// Checks, before any work is done, that all files can be written.
    public func check() throws {
        for file in files {
            if file.path == "-" { try StandardOutput.check() } else { try OutputFile.check(file.path, overwrites: mayReplace(file)) }
        }
    }

    /// The interrupted run at the path of this one's JSON Lines; nil if there is none yet.
    /// - Throws: `InputError`: `usage` if this run has no JSON Lines file, `invalid` if the file is something else.
    public func earlierRun() throws -> ResumedRun? {
        guard let file = files.first(where: { $0.format == .jsonl && $0.path != "-" }) else {
            throw InputError(.usage, "--resume: found no JSON Lines to resume from, expected --format jsonl")
        }
        guard !OutputFile.isDevice(file.path) else {
            throw InputError(.usage, "\(file.path): found a pipe or device, expected a file to resume from")
        }
        return try ResumedRun(path: file.path)
    }

    /// Handles an event; lines are written immediately.
    public func update(_ event: CaptionEvent) throws {
        try state.withLock { state in
            guard !state.isOver else { return }
            switch event {
            case .began(let document): try begin(document, &state)
            case .finished(let track):
                state.document?.insert(track)
                try append(JSONLines.track(track), of: track.id, &state)
            case .failed(let problem):
                state.document?.insert(problem)
                try append(JSONLines.problem(problem), of: problem.track, &state)
            case .progress, .token: break
            }
        }
    }

    /// Writes the finished document in every format.
    public func finish(_ document: CaptionDocument) throws {
        try state.withLock { state in
            if !state.isOver { try close(document, &state) }
        }
    }

    /// Writes what is finished in every format; later events are ignored.
    /// - Returns: the number of finished tracks; nil if there was nothing to write yet, or the run was over.
    public func interrupt() throws -> Int? {
        try state.withLock { state in
            try state.document.flatMap { try end("interrupted after \($0.tracks.count) tracks", &state) }
        }
    }

    /// Writes the finished tracks of a run that an error ended; nothing if there are none.
    func fail(_ error: any Error) throws {
        try state.withLock { state in
            guard let document = state.document, !document.tracks.isEmpty else { return }
            _ = try end("ended after \(document.tracks.count) tracks: \(error)", &state)
        }
    }

    private func end(_ message: String, _ state: inout State) throws -> Int? {
        guard !state.isOver, var document = state.document else { return nil }
        let problem = CaptionDocument.Problem(track: nil, code: CaptionDocument.Problem.interrupted, message: message)
        document.errors.append(problem)
        // The other formats are written even if no line can be appended.
        let added = Result { try append(JSONLines.problem(problem), of: nil, &state) }
        try close(document, &state)
        try added.get()
        return document.tracks.count
    }

    private var linesFile: File? { files.first { $0.format == .jsonl } }

    /// Writes the first lines, which replace an earlier run's file atomically with all its tracks; later lines are appended.
    private func begin(_ document: CaptionDocument, _ state: inout State) throws {
        state.document = document
        state.isResumed = !document.tracks.isEmpty
        guard let file = linesFile else { return }
        let lines = try [JSONLines.header(document, request)] + document.tracks.map(JSONLines.track)
            + document.errors.map(JSONLines.problem)
        state.order = document.tracks.map(\.id) + document.errors.compactMap(\.track)
        let beginning = lines.reduce(Data(), +)
        if file.path == "-" {
            try StandardOutput.write(beginning)
        } else {
            state.lines = try GrowingFile(file.path, beginning: beginning, replaces: mayReplace(file))
        }
    }

    private func append(_ line: Data, of track: TrackID?, _ state: inout State) throws {
        guard let file = linesFile else { return }
        if let track { state.order.append(track) }
        if file.path == "-" { try StandardOutput.write(line) } else { try state.lines?.append(line) }
    }

    /// Writes every format that can be written.
    /// - Throws: the first error, after all were tried.
    private func close(_ document: CaptionDocument, _ state: inout State) throws {
        state.isOver = true
        // Pipes come last: a slow reader would delay the formats after it.
        let others = files.filter { $0.format != .jsonl }.sorted { !isPipe($0) && isPipe($1) }.map { file in
            Result { try save(file.format.data(document, request), as: file) }
        }
        try others.forEach { try $0.get() }
        guard let file = linesFile else { return }
        if !isPipe(file), state.isResumed || state.order != state.order.sorted() {
            // The order of a run that captions one track after another without interruption.
            try OutputFile.write(JSONLines.data(document, request), to: file.path, replaces: true)
        } else {
            try append(JSONLines.summary(document), of: nil, &state)
        }
    }

    /// Writes a whole document. If that fails, the captions are saved under another name.
    private func save(_ data: Data, as file: File) throws {
        guard file.path != "-" else { return try StandardOutput.write(data) }
        do {
            try OutputFile.write(data, to: file.path, replaces: mayReplace(file))
        } catch let error as InputError {
            guard let other = OutputFile.rescue(data, from: file.path) else { throw error }
            throw InputError(error.category, "\(error.description); the captions are in \(other)")
        }
    }

    private func mayReplace(_ file: File) -> Bool {
        switch replaces {
        case .none: false
        case .earlierRun: linesFile.map { FileStatus($0.path) != nil } == true && file.format.isDocument(at: file.path)
        case .all: true
        }
    }
}
