import Foundation
import Imaging

/// What an earlier run left in its JSON Lines: the tracks that need not be captioned again.
public struct ResumedRun: Sendable, Equatable {
    public let model: CaptionDocument.Model
    public let video: CaptionDocument.Video
    public let request: ClipRequest
    /// As they were finished.
    public let tracks: [CaptionDocument.Track]
    /// Whether nothing is left to do: the run came to its end, and every track has its caption.
    public let isFinished: Bool

    /// Reads what an interrupted run wrote. A last line that was cut short is passed over, as are problems: what failed is
    /// tried again.
    /// - Returns: nil when there is no such file, or not even a whole header in it.
    /// - Throws: `InputError` of category `invalid` for lines that are not those of a caption document.
    public init?(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        var header: JSONLines.Header?, tracks: [CaptionDocument.Track] = []
        var failures = 0, hasSummary = false
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // The part after the last line break is a line that was cut short, or nothing.
        for (number, line) in lines.dropLast().enumerated() {
            do {
                switch try JSONDecoder().decode(Kind.self, from: line).type {
                case "header": header = try JSONDecoder().decode(JSONLines.Header.self, from: line)
                case "track": tracks.append(try JSONDecoder().decode(CaptionDocument.Track.self, from: line))
                case "error":
                    let problem = try JSONDecoder().decode(CaptionDocument.Problem.self, from: line)
                    failures += problem.track != nil || problem.code == CaptionDocument.Problem.interrupted ? 1 : 0
                case "summary": hasSummary = true
                default: break
                }
            } catch {
                throw InputError(
                    .invalid, "\(path): found in line \(number + 1) something else, expected a line of a caption document")
            }
        }
        guard let header else { return nil }
        (model, video, request, self.tracks) = (header.model, header.video, header.request, tracks)
        isFinished = hasSummary && failures == 0
    }

    /// Whether this run asked the same model for the same: what can be known before the clip is looked at.
    /// - Throws: `InputError` of category `usage` when it did not.
    func check(_ request: ClipRequest, _ model: CaptionDocument.Model) throws {
        guard model == self.model else { throw mismatch("on another model, or with other options") }
        // What was left out because it could not be read shows in the frames that were looked at.
        var same = request
        same.options.masks.keepsGoing = self.request.options.masks.keepsGoing
        guard same == self.request else { throw mismatch("with other masks or options") }
    }

    func mismatch(_ found: String) -> InputError {
        InputError(.usage, "\(video.path): cannot resume: found a run \(found), expected the same as now")
    }

    private struct Kind: Decodable { let type: String }
}
