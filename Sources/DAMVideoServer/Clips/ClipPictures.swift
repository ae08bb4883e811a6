import DAMVideo
import Foundation
import Imaging
import Masks
import Media

/// Single frames of clips. Recently used clips stay open, because indexing a clip can take long.
///
/// `@unchecked Sendable`: the open clips are used on the serial queue only.
final class ClipPictures: @unchecked Sendable {
    private let work = BlockingWork("clip-pictures", width: 1)
    private var open: [(id: String, source: ClipSource, clip: VideoClip)] = []

    /// Number of clips kept open.
    private static let mostOpen = 3
    /// JPEG quantiser scale, from 2 (best) to 31; 4 is visually lossless on the page.
    private static let quantiser = 4
    /// Margin around a track in its picture, relative to its box's longer side.
    private static let margin = 0.2

    /// A frame of a clip.
    /// - Throws: `APIError` 404 if the clip has no such frame, `InputError`.
    func image(_ clip: ClipRecord, _ frame: Int, source: @escaping @Sendable () throws -> ClipSource) async throws -> RGBImage {
        try await work.run { try self.read(clip, frame, source) }
    }

    /// Closes a clip that is being removed.
    func close(_ id: String) async { try? await work.run { self.open.removeAll { $0.id == id } } }

    private func read(_ clip: ClipRecord, _ frame: Int, _ source: () throws -> ClipSource) throws -> RGBImage {
        let (source, video) = try opened(clip, source)
        return try source.naming {
            let frames = try video.frames([frame])
            guard let picture = try frames.next() else {
                let count = video.knownFrameCount.map { ", expected 0 to \($0 - 1)" } ?? ""
                throw APIError(404, "\(clip.name): found no frame \(frame)\(count)", code: "not_found")
            }
            return try picture.image()
        }
    }

    private func opened(_ clip: ClipRecord, _ source: () throws -> ClipSource) throws -> (ClipSource, VideoClip) {
        if let place = open.firstIndex(where: { $0.id == clip.id }) {
            let found = open.remove(at: place)
            open.append(found)
            return (found.source, found.clip)
        }
        let source = try source()
        let video = try source.naming { try source.input().clip }
        open.append((clip.id, source, video))
        if open.count > Self.mostOpen { open.removeFirst() }
        return (source, video)
    }

    /// Encodes an image as JPEG.
    /// - Parameters:
    ///   - box: region to crop to, with some margin; nil for the whole image.
    ///   - width: upper bound in pixels; images are never enlarged.
    /// - Throws: `VideoError`.
    static func jpeg(_ image: RGBImage, around box: BoundingBox?, width: Int?) throws -> Data {
        var image = image
        let all = BoundingBox(left: 0, top: 0, width: image.width, height: image.height)
        if let box, let part = box.grown(by: max(4, Int(margin * Double(max(box.width, box.height)))), within: all) {
            image = image.cropped(to: part)
        }
        if let width, width < image.width {
            let height = max(1, (image.height * width + image.width / 2) / image.width)
            image = RGBImage(
                width: width, height: height,
                pixels: resizeBicubic(
                    image.pixels, width: image.width, height: image.height, channels: 3, outputWidth: width, outputHeight: height))
        }
        let encoder = try JPEGEncoder(
            size: PictureSize(width: image.width, height: image.height), quantiser: quantiser, path: "frame.jpg")
        return Data(try encoder.jpeg(image))
    }
}

extension Track {
    /// The object's appearance in the frame closest to `frame`.
    func nearest(to frame: Int) -> Appearance? { appearances.min { abs($0.frame - frame) < abs($1.frame - frame) } }
}
