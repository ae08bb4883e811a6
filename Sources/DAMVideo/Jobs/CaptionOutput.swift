import Foundation
import Imaging
import Masks
import Synchronization

/// The files, or stdout, that take a clip's captions. JSON Lines grow as tracks are finished; the other forms are written
/// when the run ends, whichever way, and before the last of the lines: when that is there, all is. Its lock lets a
/// signal's thread write while captioning goes on.
public final class CaptionOutput: Sendable {
    public struct File: Sendable {
        public let format: CaptionFormat
        /// "-" for stdout.
        public let path: String
    }

    private struct State {
        var document: CaptionDocument?
        /// Whether tracks of an earlier run came before the problems.
        var isResumed = false
        /// Tracks in the order in which their lines came: of those captioned side by side any may be the first.
        var order: [TrackID] = []
        var isOver = false
    }

    public let files: [File]
    private let request: ClipRequest
    private let state = Mutex(State())

    /// - Parameters:
    ///   - output: what `-o` says, for the first form; the others go beside it. A folder takes files called like the clip;
    ///     nil is the clip's own.
    ///   - formats: one at least.
    public init(_ request: ClipRequest, output: String?, formats: [CaptionFormat]) {
        self.request = request
        var forms: [CaptionFormat] = []
        for format in formats where !forms.contains(format) { forms.append(format) }
        var isFolder: ObjCBool = false
        let folder = output.flatMap { FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) ? $0 : nil }
        files = forms.enumerated().map { index, format in
            guard let output, !isFolder.boolValue else {
                return File(format: format, path: format.defaultPath(forClip: request.clip, in: folder))
            }
            if index == 0 { return File(format: format, path: output) }
            return File(
                format: format,
                path: CaptionFormat.pathWithoutExtension(output) + "." + format.rawValue)
        }
    }

    /// Whether all forms are there already.
    public var exists: Bool { files.allSatisfy { FileManager.default.fileExists(atPath: $0.path) } }

    /// Checks, before any work is done, that everything can be written.
    public func check(overwrites: Bool) throws {
        for file in files where file.path != "-" { try OutputFile.check(file.path, overwrites: overwrites) }
    }

    /// What an interrupted run left where this one's JSON Lines go; nil when there is nothing yet.
    /// - Throws: `InputError`: `usage` when this run has no JSON Lines file, `invalid` when that is something else.
    public func earlierRun() throws -> ResumedRun? {
        guard let file = files.first(where: { $0.format == .jsonl && $0.path != "-" }) else {
            throw InputError(.usage, "--resume: found no JSON Lines to go on from, expected --format jsonl")
        }
        return try ResumedRun(path: file.path)
    }

    /// Takes an event: lines are written at once.
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

    /// Writes the finished document in every form.
    public func finish(_ document: CaptionDocument) throws {
        try state.withLock { state in
            if !state.isOver { try close(document, &state) }
        }
    }

    /// Writes what is finished in every form; whatever else comes is passed over.
    /// - Returns: the number of finished tracks; nil when there was nothing to write yet, or the run was over.
    public func interrupt() throws -> Int? {
        try state.withLock { state in
            guard !state.isOver, var document = state.document else { return nil }
            let interruption = CaptionDocument.Problem(
                track: nil, code: CaptionDocument.Problem.interrupted,
                message: "interrupted after \(document.tracks.count) tracks")
            document.errors.append(interruption)
            try append(JSONLines.problem(interruption), of: nil, &state)
            try close(document, &state)
            return document.tracks.count
        }
    }

    private var linesFile: File? { files.first { $0.format == .jsonl } }

    /// The first lines take the place of an earlier run's file at once, with all its tracks; later ones are added.
    private func begin(_ document: CaptionDocument, _ state: inout State) throws {
        state.document = document
        state.isResumed = !document.tracks.isEmpty
        guard let file = linesFile else { return }
        let lines = try [JSONLines.header(document, request)] + document.tracks.map(JSONLines.track)
            + document.errors.map(JSONLines.problem)
        state.order = document.tracks.map(\.id) + document.errors.compactMap(\.track)
        try Self.write(lines.reduce(Data(), +), to: file.path, appending: false)
    }

    private func append(_ line: Data, of track: TrackID?, _ state: inout State) throws {
        guard let file = linesFile else { return }
        if let track { state.order.append(track) }
        try Self.write(line, to: file.path, appending: true)
    }

    private func close(_ document: CaptionDocument, _ state: inout State) throws {
        state.isOver = true
        for file in files where file.format != .jsonl {
            try Self.write(file.format.data(document, request), to: file.path, appending: false)
        }
        guard let file = linesFile else { return }
        if file.path != "-", state.isResumed || state.order != state.order.sorted() {
            // In the order in which a run that does one track after the other, and was not interrupted, writes them.
            try Self.write(JSONLines.data(document, request), to: file.path, appending: false)
        } else {
            try Self.write(JSONLines.summary(document), to: file.path, appending: true)
        }
    }

    private static func write(_ data: Data, to path: String, appending: Bool) throws {
        if path == "-" {
            try StandardOutput.write(data)
        } else if appending {
            try OutputFile.append(data, to: path)
        } else {
            try OutputFile.write(data, to: path)
        }
    }
}

/// The program's standard output.
public enum StandardOutput {
    /// - Throws: `InputError` of category `inputOutput` when nobody takes it.
    public static func write(_ data: Data) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            throw InputError(.inputOutput, "stdout: cannot be written")
        }
    }
}
