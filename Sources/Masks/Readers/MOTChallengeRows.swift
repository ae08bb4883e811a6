import Foundation
import Imaging

/// Lines of MOTChallenge text, unconverted.
///
/// Source: MOT16, arXiv 1603.00831, section 3.
enum MOTChallengeRows {
    struct Row {
        let frame: Int
        /// -1 for a detection without a track.
        let id: Int
        /// In one-based pixels.
        let left, top, width, height: Double
        /// Nil for a line of six fields.
        let confidence: Double?
        /// Class name, present in ground truth's lines of nine fields.
        let label: String?

        /// True if the box may be given in fractions of the image size.
        var isFraction: Bool {
            let values = [left, top, width, height]
            return values.allSatisfy { (0...1).contains($0) } && values.contains { $0 != $0.rounded() }
        }
    }

    /// Table 3 there, and class 13 of MOT20.
    private static let classes = [
        1: "pedestrian", 2: "person on vehicle", 3: "car", 4: "bicycle", 5: "motorbike", 6: "non-motorized vehicle",
        7: "static person", 8: "distractor", 9: "occluder", 10: "occluder on the ground", 11: "full occluder",
        12: "reflection", 13: "crowd",
    ]

    /// - Throws: `InputError` for an invalid line.
    static func row(_ line: ArraySlice<UInt8>) throws(InputError) -> Row {
        var values: [Double] = []
        for field in line.row {
            let text = String(decoding: field.prefix(32), as: UTF8.self)
            guard let value = Double(text), abs(value) <= 1e9 else {
                throw InputError(found: "\"\(text)\"", expected: "a number up to a thousand million")
            }
            values.append(value)
        }
        guard values.count >= 6 else {
            throw InputError(found: "\(values.count) fields", expected: "frame,id,left,top,width,height,conf,...")
        }
        guard let frame = Int(exactly: values[0]), let id = Int(exactly: values[1]) else {
            throw InputError(found: "frame \(values[0]), id \(values[1])", expected: "whole numbers")
        }
        guard values[4] >= 0, values[5] >= 0 else {
            throw InputError(found: "a box of \(values[4])x\(values[5])", expected: "0 or more")
        }
        return Row(
            frame: frame, id: id, left: values[2], top: values[3], width: values[4], height: values[5],
            confidence: values.count > 6 ? values[6] : nil,
            label: values.count == 9 ? Int(exactly: values[7]).flatMap { classes[$0] } : nil)
    }

    /// - Throws: `MaskError` if there is a header line with other columns than expected, or in another order.
    static func checkHeader(_ document: MaskDocument) throws {
        var first: [String]?, isFirst = true
        document.forEachLine { _, line in
            guard isFirst, !line.starts(with: [UInt8(ascii: "#")]) else { return }
            (first, isFirst) = (document.header(line), false)
        }
        guard let first else { return }
        let wanted = ["frame", "id", "left x", "top y", "w", "h"]
        let fits = zip(first, wanted).allSatisfy { name, parts in parts.split(separator: " ").contains { name.contains($0) } }
        guard fits, !first.contains(where: { $0.contains("max") || $0.contains("right") || $0 == "x2" }) else {
            throw MaskError(
                path: document.path, found: "columns \(first.prefix(8).joined(separator: ","))",
                expected: "frame,id,left,top,width,height,conf,...")
        }
    }

    /// `imWidth`, `imHeight` and `seqLength` of the sequence, from a file one folder up.
    struct Sequence {
        private(set) var size: PictureSize?
        /// Frames; nil if the file does not say.
        private(set) var length: Int?

        /// - Parameter path: path of the text file.
        init(beside path: String) {
            let folder = URL(filePath: path).deletingLastPathComponent()
            for place in [folder, folder.deletingLastPathComponent()] where size == nil {
                guard let data = FileManager.default.contents(atPath: place.appending(path: "seqinfo.ini").path) else { continue }
                let text = String(decoding: UTF8Text.bytes(Array(data)), as: UTF8.self)
                var values: [String: Int] = [:]
                for line in text.split(whereSeparator: \.isNewline) {
                    let parts = line.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
                    if parts.count == 2 { values[parts[0]] = Int(parts[1]) }
                }
                guard let width = values["imWidth"], let height = values["imHeight"],
                    (try? RunLengthEncoding.pixels(width: width, height: height)) != nil
                else { continue }
                size = PictureSize(width: width, height: height)
                length = values["seqLength"].flatMap { $0 > 0 && $0 <= FrameNames.largest ? $0 : nil }
            }
        }
    }
}
