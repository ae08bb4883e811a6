import Evaluation
import Foundation
import TestSupport

/// Small data sets in the published formats: pictures and clip frames of 40 by 30 pixels.
enum OutputsSample {
    static let width = 40, height = 30

    /// Runs `body` with a folder that has pictures `a.ppm` and `inner/b.ppm`, and a clip of 10 stills, `inner/clip`, with grey n
    /// in frame n.
    static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryDirectory { folder in
            let clip = folder.appending(path: "inner/clip")
            try FileManager.default.createDirectory(at: clip, withIntermediateDirectories: true)
            try picture(200).write(to: folder.appending(path: "a.ppm"))
            try picture(100).write(to: folder.appending(path: "inner/b.ppm"))
            for frame in 0..<10 { try picture(UInt8(frame)).write(to: clip.appending(path: "0\(frame).ppm")) }
            return try body(folder)
        }
    }

    static func picture(_ value: UInt8) -> Data {
        Data("P6\n\(width) \(height)\n255\n".utf8 + [UInt8](repeating: value, count: width * height * 3))
    }

    /// Osprey's list: a polygon of 10 by 5 pixels, a column of runs, and a compressed column in another picture.
    static let keywords = """
        [{"file_name": "a.ppm", "height": 30, "width": 40, "categories": ["tea_cup", "dog:ear"], "annotations": [
          {"segmentation": [[2, 3, 12, 3, 12, 8, 2, 8]]}, {"segmentation": {"size": [30, 40], "counts": [30, 30, 1140]}}]},
         {"file_name": "val2017/b.ppm", "height": 30, "width": 40, "categories": ["spoon"], "annotations": [
          {"segmentation": {"size": [30, 40], "counts": "n0n0dS1"}, "bbox": [1, 0, 1, 30]}]}]
        """

    /// Masks of a clip in frames 1, 3, 5, 7 and 9; that of frame 5 is empty.
    static var masks: String {
        let frames = [1, 3, 5, 7, 9].map { frame in
            "\"\(frame)\": {\"segmentation\": {\"size\": [30, 40], \"counts\": \(frame == 5 ? "[1200]" : "[30, 30, 1140]")}}"
        }
        return """
            [{"id": 4, "video": "clip", "caption": "A bar.", "frame_idx": "1", "annotation": [{\(frames.joined(separator: ", "))}]}]
            """
    }

    /// Boxes of a clip in the zero-based frames 2 to 5.
    static let boxes = """
        {"clip": {"bbox": [[0, 0, 10, 10], [1, 0, 10, 10], [2, 0, 10, 10], [3, 0, 10, 10]], "st_frame": 3, "img_size": [30, 40],
          "English": "A man turns."}}
        """

    static let expressions = """
        {"id": 1, "caption": "The left one.", "bbox": [1, 2, 10, 5], "height": 30, "width": 40, "file_name": "a.ppm", "split": "val"}
        {"id": 2, "caption": "The other.", "bbox": [5, 5, 4, 4], "height": 30, "width": 40, "file_name": "b.ppm"}

        """

    static let phrases = """
        {"images": [{"id": 0, "file_name": "a.ppm", "width": 40, "height": 30, "caption": "Two dogs on a lawn ."}],
         "annotations": [{"id": 5, "image_id": 0, "bbox": [1, 2, 10, 5], "tokens_positive": [[0, 8]]},
                         {"id": 6, "image_id": 0, "bbox": [5, 5, 4, 4], "tokens_positive": [[12, 18]]}]}
        """

    static func set(_ task: OutputsTask, _ text: String, in folder: URL, first: Int? = nil) throws -> OutputsSet {
        let path = folder.appending(path: "set.json").path
        try Data(text.utf8).write(to: URL(filePath: path))
        return try OutputsSet(task, path: path, first: first)
    }

    static func run(
        _ set: OutputsSet, in folder: URL, to name: String = "out.json", query: String = "What?", frames: Int = 3
    ) throws -> OutputsRun {
        try OutputsRun(
            set, media: OutputsMedia(set, folder: folder.path), outputs: folder.appending(path: name).path, query: query, frames: frames)
    }

    /// Captions made from the model's input: first value of each picture, and area and left edge of its region.
    static func described(_ set: OutputsSet, in folder: URL, frames: Int = 3) throws -> [String] {
        var run = try run(set, in: folder, to: "\(UUID().uuidString).json", frames: frames), seen: [String] = []
        try run.run(model: "m") { pictures in
            let text = pictures.map { "\($0.picture.pixels[0]):\($0.region.area)@\($0.region.boundingBox?.left ?? -1)" }
                .joined(separator: " ")
            seen.append(text)
            return text
        }
        return seen
    }
}
