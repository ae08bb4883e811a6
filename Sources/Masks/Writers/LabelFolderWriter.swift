import Foundation
import Imaging
import Media

/// Label PNGs, one per annotated frame: `DIR/00000.png`; a pixel's value is the id of its track.
enum LabelFolderWriter {
    static func write(_ source: any MaskSource, to folder: URL) throws {
        try check(source.tracks.map(\.id), of: source.path)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        for frame in source.annotatedFrames {
            let file = folder.appending(path: frameName(frame) + ".png")
            let png = try LabelPNGEncoder.png(try labels(source, at: frame), path: file.path)
            try Data(png).write(to: file)
        }
        try TrackLabels(source.tracks).write(to: folder)
    }

    /// Throws `MaskError` if masks overlap: a pixel has one label.
    static func check(_ source: any MaskSource, frames: Set<Int>) throws {
        for frame in frames.sorted() where hasTouchingBoxes(source, at: frame) { _ = try labels(source, at: frame) }
    }

    private static func hasTouchingBoxes(_ source: any MaskSource, at frame: Int) -> Bool {
        let boxes = source.tracks.compactMap { $0.appearance(at: frame)?.box }
        return boxes.indices.contains { index in
            boxes[..<index].contains { $0.intersection(boxes[index]) != nil }
        }
    }

    /// Throws `MaskError` for ids with a special meaning, or none, when read again.
    static func check(_ ids: [TrackID], of path: String) throws {
        func lost(_ what: String) -> MaskError {
            MaskError(path: path, reason: .wouldLose(what: what, format: .labelPNG))
        }
        var values: Set<UInt32> = []
        for id in ids {
            guard case .number(let number) = id, let value = UInt16(exactly: number), value > 0 else {
                throw lost("track \(id), whose id is not 1 to 65535")
            }
            values.insert(UInt32(value))
        }
        if let void = LabelMeaning.void(among: values).intersection(values).min() {
            throw lost("track \(void), an id that means void beside others")
        }
        if values == [255] { throw lost("track 255 alone, which is read as a black and white mask") }
    }

    private static func labels(_ source: any MaskSource, at frame: Int) throws -> LabelImage {
        var values = [UInt16](repeating: 0, count: source.size.width * source.size.height)
        for track in source.tracks where track.appearance(at: frame) != nil {
            guard case .number(let number) = track.id, let value = UInt16(exactly: number) else { continue }
            let mask = try source.mask(of: track.id, at: frame)
            for (index, pixel) in mask.pixels.enumerated() where pixel != 0 {
                guard values[index] == 0 else {
                    throw MaskError(
                        path: source.path,
                        reason: .wouldLose(
                            what: "tracks \(values[index]) and \(value) over each other in frame \(frame)", format: .labelPNG))
                }
                values[index] = value
            }
        }
        return LabelImage(width: source.size.width, height: source.size.height, values: values)
    }

    /// File name of a frame, without extension.
    static func frameName(_ frame: Int) -> String {
        let digits = String(frame)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
