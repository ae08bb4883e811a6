import Foundation
import Imaging
import Masks

/// Fates of detections as JSON Lines: an object for each, in the source's order,
/// `{"frame", "box": [left, top, width, height], "label", "score", "fate", "track", "of"}`. `track` goes with the fates `began` and
/// `matched`; `of`, the number of a line from 0, with `duplicate`. Values that the source does not have are left out.
package struct DetectionFates: Sendable {
    let detections: [Detection]
    let fates: [DetectionFate]

    /// - Parameter fates: of each detection.
    package init(_ detections: [Detection], _ fates: [DetectionFate]) {
        self.detections = detections
        self.fates = fates
    }

    /// The lines, each ended by a line feed.
    /// - Throws: `EncodingError` for a number that JSON cannot hold.
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

    /// Detections by fate.
    package var counts: [String: Int] { Dictionary(fates.map { ($0.name, 1) }, uniquingKeysWith: +) }

    /// True if a file that begins with these bytes has such lines, by its first one.
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
    /// As it is written.
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
