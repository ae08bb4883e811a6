import DAMVideo
import Foundation
import Imaging
import Masks
import Synchronization

/// The files, or stdout, that take a clip's captions. JSON Lines grow as tracks are finished; the other forms are written
/// when the run ends, whichever way, and before the last of the lines: when that is there, all is. Its lock lets a
/// signal's thread write while captioning goes on.
final class CaptionOutput: Sendable {
    struct File: Sendable {
        let format: CaptionFormat
        /// "-" for stdout.
        let path: String
    }

    private struct State {
        var document: CaptionDocument?
        /// Ids of tracks, and the number of problems, that the lines have already; nil before the header is written.
        var written: (tracks: Set<TrackID>, problems: Int)?
        /// Whether tracks of an earlier run came before the problems.
        var isResumed = false
        /// Tracks in the order in which their lines came: of those captioned side by side any may be the first.
        var order: [TrackID] = []
        var isOver = false
    }

    let files: [File]
    private let request: ClipRequest
    private let state = Mutex(State())

    /// - Parameters:
    ///   - output: what `-o` says, for the first form; the others go beside it. A folder takes files called like the clip;
    ///     nil is the clip's own.
    ///   - formats: one at least.
    init(_ request: ClipRequest, output: String?, formats: [CaptionFormat]) {
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
                path: URL(filePath: output).deletingPathExtension().appendingPathExtension(format.rawValue).path)
        }
    }

    /// Whether all forms are there already.
    var exists: Bool { files.allSatisfy { FileManager.default.fileExists(atPath: $0.path) } }

    /// Checks, before any work is done, that everything can be written.
    func check(overwrites: Bool) throws {
        for file in files where file.path != "-" { try OutputFile.check(file.path, overwrites: overwrites) }
    }

    /// What an interrupted run left where this one's JSON Lines go; nil when there is nothing yet.
    /// - Throws: `InputError`: `usage` when this run has no JSON Lines file, `invalid` when that is something else.
    func earlierRun() throws -> ResumedRun? {
        guard let file = files.first(where: { $0.format == .jsonl && $0.path != "-" }) else {
            throw InputError(.usage, "--resume: found no JSON Lines to go on from, expected --format jsonl")
        }
        return try ResumedRun(path: file.path)
    }

    /// Takes the document as it stands: lines are written at once.
    func update(_ document: CaptionDocument) throws {
        try state.withLock { state in
            if !state.isOver { try record(document, &state) }
        }
    }

    /// Writes the finished document in every form.
    func finish(_ document: CaptionDocument) throws {
        try state.withLock { state in
            if !state.isOver { try close(document, &state) }
        }
    }

    /// Writes what is finished in every form; whatever else comes is passed over.
    /// - Returns: the number of finished tracks; nil when there was nothing to write yet, or the run was over.
    func interrupt() throws -> Int? {
        try state.withLock { state in
            guard !state.isOver, var document = state.document else { return nil }
            document.errors.append(
                CaptionDocument.Problem(
                    track: nil, code: CaptionDocument.Problem.interrupted,
                    message: "interrupted after \(document.tracks.count) tracks"))
            try close(document, &state)
            return document.tracks.count
        }
    }

    /// The first lines take the place of an earlier run's file at once, with all its tracks; later ones are added.
    private func record(_ document: CaptionDocument, _ state: inout State) throws {
        state.document = document
        guard let file = files.first(where: { $0.format == .jsonl }) else { return }
        if state.written == nil { state.isResumed = !document.tracks.isEmpty }
        let old = state.written ?? ([], 0)
        var lines = state.written == nil ? try JSONLines.header(document, request) : Data()
        let tracks = document.tracks.filter { !old.tracks.contains($0.id) }
        let problems = document.errors.dropFirst(old.problems)
        for track in tracks { lines += try JSONLines.track(track) }
        for problem in problems { lines += try JSONLines.problem(problem) }
        state.order += tracks.map(\.id) + problems.compactMap(\.track)
        if !lines.isEmpty { try Self.write(lines, to: file.path, appending: state.written != nil) }
        state.written = (Set(document.tracks.map(\.id)), document.errors.count)
    }

    private func close(_ document: CaptionDocument, _ state: inout State) throws {
        try record(document, &state)
        state.isOver = true
        for file in files where file.format != .jsonl {
            try Self.write(file.format.data(document, request), to: file.path, appending: false)
        }
        guard let file = files.first(where: { $0.format == .jsonl }) else { return }
        if file.path != "-", state.isResumed || state.order != state.order.sorted() {
            // In the order in which a run that does one track after the other, and was not interrupted, writes them.
            try Self.write(JSONLines.data(document, request), to: file.path, appending: false)
        } else {
            try Self.write(JSONLines.summary(document), to: file.path, appending: true)
        }
    }

    private static func write(_ data: Data, to path: String, appending: Bool) throws {
        if path == "-" {
            try Console.result(data)
        } else if appending {
            try OutputFile.append(data, to: path)
        } else {
            try OutputFile.write(data, to: path)
        }
    }
}
