import Foundation

/// What an earlier run left in its JSON Lines: the tracks that need not be captioned again.
public struct ResumedRun: Sendable, Equatable {
    public let model: CaptionDocument.Model
    public let video: CaptionDocument.Video
    public let tracks: [CaptionDocument.Track]

    /// Reads what an interrupted run wrote. A last line that was cut short is passed over, as are problems: what failed is
    /// tried again.
    /// - Returns: nil when there is no such file, or not even a whole header in it.
    /// - Throws: `DAMVideoError` of kind `badInput` for lines that are not those of a caption document.
    public init?(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        var header: Header?, tracks: [CaptionDocument.Track] = []
        // The part after the last line break is a line that was cut short, or nothing.
        for (number, line) in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().enumerated() {
            do {
                switch try JSONDecoder().decode(Kind.self, from: line).type {
                case "header": header = try JSONDecoder().decode(Header.self, from: line)
                case "track": tracks.append(try JSONDecoder().decode(CaptionDocument.Track.self, from: line))
                default: break
                }
            } catch {
                throw DAMVideoError(
                    .badInput, "\(path): found in line \(number + 1) something else, expected a line of a caption document")
            }
        }
        guard let header else { return nil }
        (model, video, self.tracks) = (header.model, header.video, tracks)
    }

    /// - Throws: `DAMVideoError` of kind `usage` when the run being continued had other inputs or options.
    func check(_ document: CaptionDocument) throws {
        guard model == document.model, video == document.video else {
            throw DAMVideoError(
                .usage, "cannot resume: found a run on another \(model == document.model ? "clip" : "model, or with other options"), "
                    + "expected the same as now")
        }
    }

    private struct Kind: Decodable { let type: String }

    private struct Header: Decodable {
        let model: CaptionDocument.Model
        let video: CaptionDocument.Video
    }
}
