import DAMVideo
import Foundation
import Synchronization

/// The files, or stdout, that take a run's captions. JSON Lines grow as tracks are finished; the other forms are written
/// when the run ends, whichever way. Its lock lets a signal's thread write while captioning goes on.
final class CaptionOutput: Sendable {
    private struct File: Sendable {
        let format: CaptionFormat
        /// "-" for stdout.
        let path: String
    }

    private struct State {
        var document: CaptionDocument?
        /// Tracks and problems that the lines have already; nil before the header is written.
        var written: (tracks: Int, problems: Int)?
        var isOver = false
    }

    private let files: [File]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - output: what `-o` says, for the first form; the others go beside it. Nil: beside the clip.
    ///   - formats: one at least.
    /// - Throws: `DAMVideoError` of kind `usage` when several forms would share stdout.
    init(clip: String, output: String?, formats: [CaptionFormat]) throws {
        var forms: [CaptionFormat] = []
        for format in formats where !forms.contains(format) { forms.append(format) }
        if output == "-", forms.count > 1 {
            throw DAMVideoError(.usage, "-o -: found \(forms.count) formats, expected one")
        }
        files = forms.enumerated().map { index, format in
            guard let output else { return File(format: format, path: format.defaultPath(forClip: clip)) }
            if index == 0 { return File(format: format, path: output) }
            return File(
                format: format,
                path: URL(filePath: output).deletingPathExtension().appendingPathExtension(format.rawValue).path)
        }
    }

    /// Checks, before any work is done, that everything can be written.
    func check(overwrites: Bool) throws {
        for file in files where file.path != "-" { try OutputFile.check(file.path, overwrites: overwrites) }
    }

    /// What an interrupted run left where this one's JSON Lines go; nil when there is nothing yet.
    /// - Throws: `DAMVideoError`: `usage` when this run has no JSON Lines file, `badInput` when that is something else.
    func earlierRun() throws -> ResumedRun? {
        guard let file = files.first(where: { $0.format == .jsonl && $0.path != "-" }) else {
            throw DAMVideoError(.usage, "--resume: found no JSON Lines to go on from, expected --format jsonl")
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
                    track: nil, code: "interrupted", message: "interrupted after \(document.tracks.count) tracks"))
            try close(document, &state)
            return document.tracks.count
        }
    }

    private func record(_ document: CaptionDocument, _ state: inout State) throws {
        state.document = document
        guard let file = files.first(where: { $0.format == .jsonl }) else { return }
        let old = state.written ?? (0, 0)
        var lines = state.written == nil ? try JSONLines.header(document) : Data()
        for track in document.tracks.dropFirst(old.tracks) { lines += try JSONLines.track(track) }
        for problem in document.errors.dropFirst(old.problems) { lines += try JSONLines.problem(problem) }
        try Self.write(lines, to: file.path, appending: state.written != nil)
        state.written = (document.tracks.count, document.errors.count)
    }

    private func close(_ document: CaptionDocument, _ state: inout State) throws {
        try record(document, &state)
        state.isOver = true
        for file in files {
            if file.format == .jsonl {
                try Self.write(JSONLines.summary(document), to: file.path, appending: true)
            } else {
                try Self.write(file.format.data(document), to: file.path, appending: false)
            }
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
