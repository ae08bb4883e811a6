import Imaging
import Tensors

/// Which part of the picture a view shows.
package enum CropMode: String, Sendable, CaseIterable {
    /// The whole picture.
    case full
    /// The box three times as wide and high, of at least 48 pixels: what the checkpoints were trained with.
    case focalCrop = "focal_crop"
    /// The same without the 48 pixels.
    case contextCrop = "context_crop"
    /// The mask's box.
    case crop
    /// The mask's box, black outside the mask.
    case cropMask = "crop_mask"

    /// The mode of the second view in a prompt mode such as "full+focal_crop"; nil when it is none of those.
    package init?(promptMode: String) {
        let views = promptMode.split(separator: "+", omittingEmptySubsequences: false)
        guard views.count == 2, views[0] == "full" else { return nil }
        self.init(rawValue: String(views[1]))
    }

    /// The part of a `width` x `height` picture to show for a mask whose box is `box`.
    /// Source: DAM, arXiv 2504.16072, section 4.1 (focal prompt).
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

    /// One length more on either side of a span about its centre, within 0 ..< limit.
    private static func widened(start: Int, length: Int, smallest: Int, limit: Int) -> Range<Int> {
        let centre = Double(start) + Double(length) / 2
        let length = max(length, smallest)
        let start = Int(centre - Double(length) / 2)
        return max(start - length, 0)..<min(start + 2 * length, limit)
    }
}

/// One frame as the model sees it: the full view and the region's view with their masks, in 8 bits at the model's size.
package struct FocalPrompt: Sendable {
    /// A picture `[side, side, 3]` and its mask `[side, side]`, 0 to 255.
    package struct View: Sendable {
        package let image: [UInt8]
        package let mask: [UInt8]
    }

    package let side: Int
    package let full: View
    package let region: View

    /// - Parameters: scale, mean and deviation of `preprocessor_config.json`; the mask is treated as red is.
    /// - Returns: `[8, side, side]`: red, green, blue and mask of the full view, then of the region's.
    func pixels(_ configuration: ImageProcessorConfiguration) -> Tensor {
        let plane = side * side
        return Tensor([8, side, side]) { output in
            for (position, view) in [full, region].enumerated() {
                for channel in 0..<4 {
                    let statistic = channel == 3 ? 0 : channel
                    // A table of 256: the same arithmetic for each pixel, and only as often as there are values.
                    let table = (0..<256).map { value in
                        (Float(Double(value) * configuration.rescaleFactor) - configuration.mean[statistic])
                            / configuration.deviation[statistic]
                    }
                    let start = (position * 4 + channel) * plane
                    for index in 0..<plane {
                        let value = channel == 3 ? view.mask[index] : view.image[index * 3 + channel]
                        output[start + index] = table[Int(value)]
                    }
                }
            }
        }
    }
}
