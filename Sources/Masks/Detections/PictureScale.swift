import Imaging

/// Scaling from a source's images to the clip's frames, if they are the same images in another size.
struct PictureScale {
    /// Note on rescaled images; nil if the sizes are equal.
    private(set) var note: String?
    private let clip: PictureSize?
    private var across = 1.0
    private var down = 1.0

    /// - Parameters:
    ///   - source: size of the annotated images; nil if unknown.
    ///   - clip: frame size of the clip; nil if unknown.
    /// - Throws: `MaskError` for a different aspect ratio.
    init(from source: PictureSize?, to clip: PictureSize?, path: String) throws {
        self.clip = clip
        guard let source, let clip, source != clip else { return }
        across = Double(clip.width) / Double(source.width)
        down = Double(clip.height) / Double(source.height)
        guard source.hasShape(of: clip) else {
            throw MaskError(
                path: path, found: "detections on pictures of \(source)",
                expected: "\(clip) as the clip, or the same picture in another size")
        }
        note = "detections on pictures of \(source) for a clip of \(clip), which has the same shape: scaled"
    }

    func apply(_ box: Rectangle) -> Rectangle {
        guard note != nil else { return box }
        return Rectangle(left: box.left * across, top: box.top * down, width: box.width * across, height: box.height * down)
    }

    /// A mask of the clip's size; nil for a shape without a mask or without pixels.
    /// - Parameter size: size of the source's images.
    /// - Throws: `MaskError` for an invalid region.
    func mask(of shape: DetectedShape, size: PictureSize?, path: String, frame: Int) throws -> StoredMask? {
        let mask: StoredMask?
        switch shape {
        case .box: return nil
        case .mask(let stored): mask = stored
        case .region(let segmentation):
            guard let size = size ?? segmentation.size ?? clip else { return nil }
            var isUnescaped = false
            do {
                guard let region = try segmentation.region(size: size, isUnescaped: &isUnescaped) else { return nil }
                mask = StoredMask(region)
            } catch {
                throw MaskError(path: path, reason: .atPlace("frame \(frame)", "\(error)"))
            }
        }
        guard note != nil, let clip else { return mask }
        return mask.flatMap { StoredMask($0.mask.resized(to: clip)) }
    }
}

extension PictureSize {
    /// True if an image of this size and one of another can be the same image, scaled.
    package func hasShape(of other: PictureSize) -> Bool {
        let across = Double(other.width) / Double(width), down = Double(other.height) / Double(height)
        // A side may be off by one pixel from rounding, and by another for codecs that require even sides.
        return abs(Double(width) * down - Double(other.width)) <= max(2, 2 * down)
            || abs(Double(height) * across - Double(other.height)) <= max(2, 2 * across)
    }
}

extension Mask {
    /// Resizes by nearest neighbour.
    package func resized(to size: PictureSize) -> Mask {
        let columns = (0..<size.width).map { $0 * width / size.width }
        var scaled = [UInt8](repeating: 0, count: size.width * size.height)
        for row in 0..<size.height {
            let line = row * height / size.height * width
            for (column, source) in columns.enumerated() { scaled[row * size.width + column] = pixels[line + source] }
        }
        return Mask(width: size.width, height: size.height, pixels: scaled)
    }
}
