import DAMVideo
import DescribeAnything
import Files
import Foundation
import Imaging
import Masks
import Media

/// The images of a report as JPEGs: for each sample a thumbnail of the frame and the model's two views, with the object outlined.
/// Frames come in the clip's order but the report is in the order of tracks, so the images are kept in an unnamed file: memory
/// does not grow with the report.
struct ReportPictures {
    struct Key: Hashable {
        /// Index of the track.
        let track: Int
        let frame: Int
    }

    struct Sample {
        let frame: Range<UInt64>
        let full: Range<UInt64>
        let region: Range<UInt64>
    }

    /// Longer side of a thumbnail, in pixels.
    private static let longSide = 320

    private let processor: ImageProcessor
    private let small: PictureSize
    private let frames: JPEGEncoder
    private let views: JPEGEncoder
    private let spool: NewFile
    private let path: String
    private var end: UInt64 = 0
    private var samples: [Key: Sample] = [:]

    /// - Parameters:
    ///   - size: frame size of the clip.
    ///   - count: expected number of samples. Many are compressed more strongly, to limit the report's size.
    ///   - path: path of the report, for messages and the location of the temporary file.
    init(_ processor: ImageProcessor, size: PictureSize, count: Int, path: String) throws {
        self.processor = processor
        self.path = path
        let scale = min(1, Double(Self.longSide) / Double(max(size.width, size.height)))
        small = PictureSize(
            width: max(1, Int((Double(size.width) * scale).rounded())),
            height: max(1, Int((Double(size.height) * scale).rounded())))
        let quantiser = count <= 80 ? 4 : count <= 200 ? 7 : 10
        frames = try JPEGEncoder(size: small, quantiser: quantiser, path: path)
        let view = PictureSize(width: processor.side, height: processor.side)
        views = try JPEGEncoder(size: view, quantiser: quantiser, path: path)
        spool = try NewFile.spool(near: path)
    }

    /// Makes the images of one frame's samples.
    mutating func add(_ frame: VideoFrame, of tracks: [(index: Int, track: ShownTrack)], masks: any MaskSource) throws {
        let image = try frame.image()
        let resized = processor.resized(image)
        let picture = RGBImage(
            width: small.width, height: small.height,
            pixels: resizeBicubic(
                image.pixels, width: image.width, height: image.height, channels: 3, outputWidth: small.width,
                outputHeight: small.height))
        for (index, track) in tracks {
            let mask = try masks.mask(of: track.track.id, at: frame.index)
            let prompt: FocalPrompt
            do {
                prompt = try processor(image, mask, resizedImage: resized)
            } catch {
                throw InputError(.invalid, "\(masks.file(of: frame.index)): \(error)")
            }
            let reduced = mask.reduced(width: small.width, height: small.height)
            samples[Key(track: index, frame: frame.index)] = Sample(
                frame: try store(frames.jpeg(outlined(picture, reduced, track.colour))),
                full: try store(views.jpeg(view(prompt.full, track.colour))),
                region: try store(views.jpeg(view(prompt.region, track.colour))))
        }
    }

    /// A sample's images; nil if its frame could not be decoded again.
    func sample(_ key: Key) -> Sample? { samples[key] }

    /// A stored JPEG.
    func jpeg(_ range: Range<UInt64>) throws -> Data {
        try OutputFile.translating(path) {
            try spool.handle.seek(toOffset: range.lowerBound)
            return try spool.handle.read(upToCount: range.count) ?? Data()
        }
    }

    private mutating func store(_ jpeg: [UInt8]) throws -> Range<UInt64> {
        let range = end..<end + UInt64(jpeg.count)
        try OutputFile.translating(path) {
            try spool.handle.seek(toOffset: end)
            try spool.handle.write(contentsOf: jpeg)
        }
        end = range.upperBound
        return range
    }

    private func view(_ view: FocalPrompt.View, _ colour: Colour) -> RGBImage {
        let side = processor.side
        // Pixels at least half covered count as inside; for an object too small for that, any coverage.
        let threshold: UInt8 = view.mask.contains { $0 >= 128 } ? 128 : 1
        let mask = Mask(width: side, height: side, pixels: view.mask.map { $0 >= threshold ? 1 : 0 })
        return outlined(RGBImage(width: side, height: side, pixels: view.image), mask, colour)
    }

    private func outlined(_ image: RGBImage, _ mask: Mask, _ colour: Colour) -> RGBImage {
        var canvas = Canvas(image)
        let style = OutlineStyle(shortSide: min(image.width, image.height))
        if let outline = Outline(mask, margin: Int(style.rim.rounded(.up)) + 1) { canvas.draw(outline, colour, style) }
        return canvas.image
    }
}
