import Imaging

/// Way from a source's pictures to the clip's, which may be the same pictures in another size.
struct PictureScale {
    /// Note on pictures that were made larger or smaller; nil if they were not.
    private(set) var note: String?
    private let clip: PictureSize?
    private var across = 1.0
    private var down = 1.0

    /// - Parameters:
    ///   - source: size of the pictures that were looked at; nil if it is not known.
    ///   - clip: size of the clip's; nil if it is not known.
    /// - Throws: `MaskError` for pictures of another shape, which are not the clip's made larger or smaller.
    init(from source: PictureSize?, to clip: PictureSize?, path: String) throws {
        self.clip = clip
        guard let source, let clip, source != clip else { return }
        across = Double(clip.width) / Double(source.width)
        down = Double(clip.height) / Double(source.height)
        // A side may be off by one pixel for rounding, and by one more for codecs that want even sides.
        let isSame = abs(Double(source.width) * down - Double(clip.width)) <= max(2, 2 * down)
            || abs(Double(source.height) * across - Double(clip.height)) <= max(2, 2 * across)
        guard isSame else {
            throw MaskError(
                path: path, found: "detections on pictures of \(source)", expected: "\(clip) as the clip, or the same picture in another size")
        }
        note = "detections on pictures of \(source) for a clip of \(clip), which has the same shape: scaled"
    }

    func apply(_ box: Rectangle) -> Rectangle {
        guard note != nil else { return box }
        return Rectangle(left: box.left * across, top: box.top * down, width: box.width * across, height: box.height * down)
    }

    /// A mask in the clip's size; nil for a shape without one, or without a pixel.
    /// - Parameter size: of the source's pictures.
    /// - Throws: `MaskError` for a region that is none.
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
        return note == nil ? mask : mask.flatMap { StoredMask(resized($0.mask)) }
    }

    /// Each pixel as the nearest one of the source.
    private func resized(_ mask: Mask) -> Mask {
        guard let clip else { return mask }
        let columns = (0..<clip.width).map { $0 * mask.width / clip.width }
        var pixels = [UInt8](repeating: 0, count: clip.width * clip.height)
        for row in 0..<clip.height {
            let line = row * mask.height / clip.height * mask.width
            for (column, source) in columns.enumerated() { pixels[row * clip.width + column] = mask.pixels[line + source] }
        }
        return Mask(width: clip.width, height: clip.height, pixels: pixels)
    }
}
