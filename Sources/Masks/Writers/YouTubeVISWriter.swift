import Foundation
import Imaging

/// A JSON file in the format of YouTube-VIS, for pycocotools and tools built on it: a video whose file names contain the clip's
/// frame numbers, and an annotation for each track with a compressed RLE (or null) for each annotated frame. Tracks without label
/// have a category without name.
enum YouTubeVISWriter {
    private struct Document: Encodable {
        let info = ["description": "masks written by damvideo"]
        let videos: [Video]
        let categories: [Category]
        let annotations: [Annotation]
    }

    private struct Video: Encodable {
        let id = 1
        let width: Int
        let height: Int
        let length: Int
        let file_names: [String]
    }

    private struct Category: Encodable {
        let id: Int
        let name: String
    }

    private struct Annotation: Encodable {
        let id: TrackID
        let video_id = 1
        let category_id: Int
        let iscrowd = 0
        let width: Int
        let height: Int
        let length: Int
        var segmentations: [RunLengthEncoding?] = []
        var bboxes: [BoundingBox?] = []
        var areas: [Int?] = []
    }

    static func write(_ source: any MaskSource, to file: URL) throws {
        let size = source.size, frames = source.annotatedFrames
        let names = Set(source.tracks.map { $0.label ?? "" }).sorted { $1.isEmpty || (!$0.isEmpty && $0 < $1) }
        let categories = names.enumerated().map { Category(id: $0 + 1, name: $1) }
        var annotations = source.tracks.map { track in
            Annotation(
                id: track.id, category_id: (names.firstIndex(of: track.label ?? "") ?? 0) + 1,
                width: size.width, height: size.height, length: frames.count)
        }
        let own = source.tracks.map { Set(source.annotatedFrames(of: $0.id)) }
        let empty = RunLengthEncoding(Mask(
            width: size.width, height: size.height, pixels: [UInt8](repeating: 0, count: size.width * size.height)))
        // Frame by frame, for sources that cache one frame at a time; only runs are kept here.
        for frame in frames {
            for (index, track) in source.tracks.enumerated() {
                let appearance = track.appearance(at: frame)
                let runs = try appearance.map { _ in RunLengthEncoding(try source.mask(of: track.id, at: frame)) }
                // Null where the frame is not annotated for the track, an empty mask where it is but the object is absent.
                annotations[index].segmentations.append(runs ?? (own[index].contains(frame) ? empty : nil))
                annotations[index].bboxes.append(appearance?.box)
                annotations[index].areas.append(appearance?.area)
            }
        }
        let video = Video(
            width: size.width, height: size.height, length: frames.count,
            file_names: frames.map { LabelFolderWriter.frameName($0) + ".jpg" })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(Document(videos: [video], categories: categories, annotations: annotations)) + Data("\n".utf8))
            .write(to: file)
    }
}
