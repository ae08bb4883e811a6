import Files
import Foundation
import Imaging
import Masks
import Media

/// Tracks that an earlier run left in its JSON Lines, which need not be captioned again.
public struct ResumedRun: Sendable, Equatable {
    public let model: CaptionDocument.Model
    public let video: CaptionDocument.Video
    public let request: ClipRequest
    /// The finished tracks.
    public let tracks: [CaptionDocument.Track]
    /// Reasons that parts of these tracks have no caption. Such a track counts as finished.
    public let problems: [CaptionDocument.Problem]
    /// True if the run completed and captioned every track.
    public let isFinished: Bool

    /// Notice that another version of the program wrote the run; nil if it was this one.
    public let note: String?

    /// Reads the output of an interrupted run. A truncated last line is ignored, and so are problems of whole tracks, because
    /// tracks that failed are tried again.
    /// - Returns: nil if there is no such file, or it has no complete header.
    /// - Throws: `InputError`: `invalid` if the file is not a caption document's lines or repeats a track; `inputOutput` if it
    ///   cannot be read.
    public init?(path: String) throws {
        guard let data = try Self.contents(path) else { return nil }
        var header: JSONLines.Header?, tracks: [CaptionDocument.Track] = [], ids: Set<TrackID> = []
        var problems: [CaptionDocument.Problem] = [], failures = 0, hasSummary = false
        func invalid(_ number: Int, _ found: String, _ expected: String = "a line of a caption document") -> InputError {
            InputError(.invalid, "\(path): found in line \(number + 1) \(found), expected \(expected)")
        }
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Whatever follows the last line break was truncated.
        for (number, line) in lines.dropLast().enumerated() {
            let kind = try? JSONDecoder().decode(Kind.self, from: line).type
            guard kind != "header" || number == 0, number == 0 || header != nil, !hasSummary else {
                throw invalid(number, "a line out of place")
            }
            do {
                switch kind {
                case "header": header = try Self.header(line, path)
                case "track":
                    let track = try JSONDecoder().decode(CaptionDocument.Track.self, from: line)
                    guard ids.insert(track.id).inserted else { throw invalid(number, "track \(track.id) twice", "each track once") }
                    tracks.append(track)
                case "error":
                    let problem = try JSONDecoder().decode(CaptionDocument.Problem.self, from: line)
                    problems.append(problem)
                    failures += problem.track != nil || problem.code == CaptionDocument.Problem.interrupted ? 1 : 0
                case "summary": hasSummary = true
                default: throw invalid(number, "something else")
                }
            } catch is DecodingError {
                throw invalid(number, "something else")
            }
        }
        guard !hasSummary || lines.last?.isEmpty ?? true else { throw invalid(lines.count - 1, "lines after the summary", "nothing") }
        guard let header else {
            guard data.isEmpty || JSONLines.beginsHeader(data) else { throw invalid(0, "something else") }
            return nil
        }
        (model, video, request, self.tracks) = (header.model, header.video, header.request, tracks)
        self.problems = problems.filter { $0.track.map(ids.contains) ?? false }
        isFinished = hasSummary && failures == 0
        let version = header.tool.version
        note = version == CaptionDocument.version
            ? nil : "\(path): continues a run of version \(version); this is \(CaptionDocument.version)"
    }

    /// The finished tracks, as the document of an interrupted run.
    package var document: CaptionDocument {
        var document = CaptionDocument(model: model, video: video)
        document.tracks = tracks.sorted { $0.id < $1.id }
        for problem in problems { document.insert(problem) }
        return document
    }

    /// - Returns: nil if there is no file.
    private static func contents(_ path: String) throws -> Data? {
        guard let file = openFile(path) else {
            if errno == ENOENT { return nil }
            throw InputError(.inputOutput, "\(path): cannot be read: \(String(cString: strerror(errno)))")
        }
        do {
            return try file.readToEnd() ?? Data()
        } catch {
            throw InputError(.inputOutput, "\(path): cannot be read: \(error.localizedDescription)")
        }
    }

    /// - Throws: `InputError` of category `invalid` for another schema, `DecodingError`.
    private static func header(_ line: Data, _ path: String) throws -> JSONLines.Header {
        let schema = try JSONDecoder().decode(Kind.self, from: line).schema
        guard schema == nil || schema == CaptionDocument.currentSchema else {
            throw InputError(
                .invalid, "\(path): found a run with documents of schema \(schema ?? ""), expected \(CaptionDocument.currentSchema)")
        }
        return try JSONDecoder().decode(JSONLines.Header.self, from: line)
    }

    /// Checks that this run has the same model and request, as far as is known before the clip is decoded.
    /// - Throws: `InputError` of category `usage` if not.
    func check(_ request: ClipRequest, _ model: CaptionDocument.Model) throws {
        guard ReadableJSON.readBack(model) == self.model else { throw mismatch("on another model, or with other options") }
        // Masks that could not be read and were left out change the sampled frames, which are compared later.
        var same = ReadableJSON.readBack(request)
        same.options.masks.keepsGoing = self.request.options.masks.keepsGoing
        guard same == self.request else { throw mismatch("with other masks or options") }
    }

    /// True if the same weights produced these tracks.
    package func isOf(_ model: CaptionModel) -> Bool {
        (self.model.path, self.model.weights) == (model.path, model.model.weightFormats)
    }

    func mismatch(_ found: String) -> InputError {
        InputError(.usage, "\(video.path): cannot resume: found a run \(found), expected the same as now")
    }

    private struct Kind: Decodable {
        let type: String
        let schema: String?
    }
}
