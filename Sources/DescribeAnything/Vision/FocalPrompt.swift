import Imaging
import Tensors

/// The part of the image that a view shows.
package enum CropMode: String, Sendable, CaseIterable {
    /// The whole image.
    case full
    /// The mask's box, extended to at least 48 pixels per side and then to three times its size. The published checkpoints were
    /// trained with it.
    case focalCrop = "focal_crop"
    /// The mask's box extended to three times its size, without a minimum.
    case contextCrop = "context_crop"
    /// The mask's box.
    case crop
    /// The mask's box, black outside the mask.
    case cropMask = "crop_mask"

    /// Creates the mode of the second view in a prompt mode such as "full+focal_crop"; nil for an unknown mode.
    package init?(promptMode: String) {
        let views = promptMode.split(separator: "+", omittingEmptySubsequences: false)
        guard views.count == 2, views[0] == "full" else { return nil }
        self.init(rawValue: String(views[1]))
    }

    /// The crop of a `width` x `height` image for a mask with bounding box `box`. Source: DAM, arXiv 2504.16072, section 4.1
    /// (focal prompt).
    package func region(of box: BoundingBox, width: Int, height: Int) -> BoundingBox {
        let smallest: Int
        switch self {
        case .full: return BoundingBox(left: 0, top: 0, width: width, height: height)
        case .crop, .cropMask: return box
        case .focalCrop: smallest = 48
        case .contextCrop: smallest = 0
        }
        let columns = Self.widened(start: box.left, length: box.width, smallest: smallest, limit: width)
        let rows = Self.widened(start: box.top, length: box.height, smallest: smallest, limit: height)
        return BoundingBox(left: columns.lowerBound, top: rows.lowerBound, width: columns.count, height: rows.count)
    }

    /// Extends a span of at least `smallest` pixels by its own length on both sides, clipped to 0 ..< limit.
    private static func widened(start: Int, length: Int, smallest: Int, limit: Int) -> Range<Int> {
        let centre = Double(start) + Double(length) / 2
        let length = max(length, smallest)
        let start = Int(centre - Double(length) / 2)
        return max(start - length, 0)..<min(start + 2 * length, limit)
    }
}

/// The model's input for one frame: the full view and the region view with their masks, 8 bits per value, at the model's size.
package struct FocalPrompt: Sendable {
    /// An image `[side, side, 3]` and its mask `[side, side]`, 0 to 255.
    package struct View: Sendable {
        package let image: [UInt8]
        package let mask: [UInt8]
    }

    package let side: Int
    package let full: View
    package let region: View

    /// - Parameter configuration: scale, mean and standard deviation; the mask is normalised like red.
    /// - Returns: `[8, side, side]`: red, green, blue and mask of the full view, then of the region view.
    func pixels(_ configuration: ImageProcessorConfiguration) -> Tensor {
        let plane = side * side
        let tables = [0, 1, 2, 0].map(configuration.normalized)
        return Tensor([8, side, side]) { output in
            for channel in 0..<8 {
                let view = channel < 4 ? full : region
                let part = UnsafeMutableBufferPointer(rebasing: output[channel * plane..<(channel + 1) * plane])
                view.write(channel % 4, through: tables[channel % 4], to: part)
            }
        }
    }
}

extension FocalPrompt.View {
    /// Writes a channel (3 is the mask) to `plane`, `[side, side]`.
    /// - Parameter table: the output for each of the 256 values.
    fileprivate func write(_ channel: Int, through table: [Float], to plane: UnsafeMutableBufferPointer<Float>) {
        for index in plane.indices {
            let value = channel == 3 ? mask[index] : image[index * 3 + channel]
            plane[index] = table[Int(value)]
        }
    }
}

extension ImageProcessorConfiguration {
    /// Normalised values, `[256]`, of an 8-bit channel: 0 red, 1 green, 2 blue.
    fileprivate func normalized(_ channel: Int) -> [Float] {
        (0..<256).map { (Float(Double($0) * rescaleFactor) - mean[channel]) / deviation[channel] }
    }
}
