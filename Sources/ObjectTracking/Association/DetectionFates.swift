import Foundation
import Imaging
import Masks

/// Fates of detections as JSON Lines, one object each, in the source's order: `{"frame", "box": [left, top, width, height],
/// "label", "score", "fate", "track", "of"}`. `track` is given with the fates `began` and `matched`; `of`, a line number from 0,
/// with `duplicate`. Values missing in the source are omitted.
package struct DetectionFates: Sendable {
    let detections: [Detection]
    let fates: [DetectionFate]

    /// - Parameter fates: fate of each detection.
    package init(_ detections: [Detection], _ fates: [DetectionFate]) {
        self.detections = detections
        self.fates = fates
    }

    /// The lines, each terminated by a line feed.
    /// - Throws: `EncodingError` for a number that JSON cannot represent.
    package func lines() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = Data()
        for (detection, fate) in zip(detections, fates) {
            data += try encoder.encode(Line(detection, fate))
            data.append(0x0A)
        }
        return data
    }

    /// Number of detections by fate.
    package var counts: [String: Int] { Dictionary(fates.map { ($0.name, 1) }, uniquingKeysWith: +) }

    /// True if the first line of a file, given its first bytes, is such a line.
    package static func areLines(_ head: Data) -> Bool {
        guard let end = head.firstIndex(of: 0x0A),
            let line = try? JSONSerialization.jsonObject(with: head[..<end]) as? [String: Any]
        else { return false }
        return line["fate"] is String && line["box"] != nil
    }

    private struct Line: Encodable {
        let frame: Int
        let box: [Double]
        let label: String?
        let score: Double?
        let fate: String
        let track: TrackID?
        let of: Int?

        init(_ detection: Detection, _ fate: DetectionFate) {
            frame = detection.frame
            box = [detection.box.left, detection.box.top, detection.box.width, detection.box.height].map { ($0 * 100).rounded() / 100 }
            (label, score, self.fate) = (detection.label, detection.score, fate.name)
            switch fate {
            case .began(let id), .matched(let id): (track, of) = (id, nil)
            case .duplicate(let other): (track, of) = (nil, other)
            default: (track, of) = (nil, nil)
            }
        }
    }
}

extension DetectionFate {
    /// Name in the file.
    package var name: String {
        switch self {
        case .began: "began"
        case .matched: "matched"
        case .duplicate: "duplicate"
        case .unconfirmed: "unconfirmed"
        case .weak: "weak"
        case .otherLabel: "other_label"
        case .belowScore: "below_score"
        case .outside: "outside"
        case .empty: "empty"
        }
    }
}
