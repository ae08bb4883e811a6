import Detectors
import Imaging
import Masks
import Media
import ObjectTracking

/// Objects detected in one image, as `damvideo detect` prints them. Boxes are `[left, top, width, height]` in pixels.
public struct DetectionReport: Encodable, Sendable {
    public struct Object: Encodable, Sendable {
        public let label: String
        /// 0...1.
        public let score: Double
        /// Clipped to the image.
        public let bbox: BoundingBox
        /// COCO run-length encoding of the mask; nil if neither the detector nor SAM 2 made one.
        public let segmentation: RunLengthEncoding?
        package let region: Mask?

        enum CodingKeys: String, CodingKey { case label, score, bbox, segmentation }
    }

    public let path: String
    public let detector: String
    /// Frame of the clip; nil for a still image.
    public let frame: Int?
    public let width: Int
    public let height: Int
    /// Highest score first.
    public let objects: [Object]
    package let picture: RGBImage

    enum CodingKeys: String, CodingKey { case path, detector, frame, width, height, objects }

    /// - Parameters:
    ///   - path: an image or, with `frame`, a clip.
    ///   - frame: zero-based frame number of a clip; nil for a still image.
    ///   - detector: the model.
    ///   - segmentation: SAM 2, which turns boxes without masks into masks; nil for boxes only.
    ///   - filter: labels and minimum scores; labels without one use `defaultThreshold`.
    /// - Throws: `InputError` if the image is missing or invalid, or the clip has no such frame.
    public init(
        _ path: String, frame: Int?, detector: ObjectDetector, segmentation: SegmentationModel? = nil, filter: DetectionFilter
    ) throws {
        let picture = try InputError.translating { try frame.map { try Self.frame($0, of: path) } ?? ImageDecoder.rgb(path: path) }
        let size = PictureSize(width: picture.width, height: picture.height)
        var filter = filter
        filter.leastScore = filter.leastScore ?? Self.defaultThreshold
        let least = ([filter.leastScore ?? 0] + filter.leastScores.values).min() ?? 0
        objects = try InputError.translating {
            let found = try detector.detector.detections(in: picture, threshold: Float(least)).compactMap { found in
                filter.counts(label: found.label, score: Double(found.score)) ? found.box.pixels(in: size).map { (found, $0) } : nil
            }
            let bare = found.filter { $0.0.mask == nil }.map(\.1)
            var made = try bare.isEmpty ? [] : segmentation?.masks(of: bare, in: picture).map { $0?.mask } ?? []
            return found.map { found, box in
                let mask = found.mask ?? (made.isEmpty ? nil : made.removeFirst())
                return Object(
                    label: found.label, score: (Double(found.score) * 1e4).rounded() / 1e4, bbox: box,
                    segmentation: mask.map { RunLengthEncoding($0) }, region: mask)
            }
        }
        (self.path, self.frame, self.detector, self.picture) = (path, frame, detector.path, picture)
        (width, height) = (size.width, size.height)
    }

    /// Minimum score of reported objects unless a filter sets another.
    public static let defaultThreshold = 0.4

    private static func frame(_ number: Int, of path: String) throws -> RGBImage {
        let clip = try VideoClip(path: path), frames = try clip.frames([number])
        guard let frame = try frames.next() else {
            throw InputError(.usage, "\(path): found no frame \(number)\(clip.knownFrameCount.map { ", expected 0 to \($0 - 1)" } ?? "")")
        }
        return try frame.image()
    }
}
