import Imaging
import Tensors

/// `vision_tower/preprocessor_config.json`.
package struct ImageProcessorConfiguration: Sendable {
    package let rescaleFactor: Double
    package let mean: [Float]
    package let deviation: [Float]

    init(_ file: ConfigurationFile) throws {
        rescaleFactor = try file.number("rescale_factor", default: 1.0 / 255)
        mean = try Self.channels(file, "image_mean")
        deviation = try Self.channels(file, "image_std")
        guard !deviation.contains(0) else { throw file.error("image_std", found: "0", expected: "numbers above 0") }
        let resample = try file.integer("resample", default: 3, in: 0...5)
        guard resample == 3 else { throw file.error("resample", found: "\(resample)", expected: "3 (bicubic)") }
    }

    private static func channels(_ file: ConfigurationFile, _ key: String) throws -> [Float] {
        guard let value = file.present(key) else { return [0.5, 0.5, 0.5] }
        guard case .list(let list) = value, list.count == 3 else {
            throw file.error(key, found: "\(value)", expected: "three numbers")
        }
        return try list.map {
            guard case .number(let number) = $0, number.isFinite else {
                throw file.error(key, found: "\($0)", expected: "a number")
            }
            return Float(number)
        }
    }
}

/// Error for a frame from which no focal prompt can be made.
package enum FocalPromptError: Error, Equatable, CustomStringConvertible {
    case emptyMask
    case maskSize(mask: [Int], image: [Int])

    package var description: String {
        switch self {
        case .emptyMask:
            "the mask has no pixel set"
        case .maskSize(let mask, let image):
            "the mask is \(mask[0])x\(mask[1]), the picture \(image[0])x\(image[1])"
        }
    }
}

/// Crops and resizes frames to the vision tower's input size.
package struct ImageProcessor: Sendable {
    /// Side of the vision tower's input in pixels.
    package let side: Int
    /// Bytes of one frame's two views while they wait to be encoded: four 8-bit channels each.
    package var cropBytes: Int { 2 * 4 * side * side }

    package init(side: Int) {
        self.side = side
    }

    /// Resizes the whole image to `[side, side, 3]`; all objects in a frame share it.
    package func resized(_ image: RGBImage) -> [UInt8] {
        resizeBicubic(
            image.pixels, width: image.width, height: image.height, channels: 3, outputWidth: side, outputHeight: side)
    }

    /// - Parameters:
    ///   - resizedImage: `resized(image)`, if the caller already has it.
    ///   - crop: the part of the image in the second view.
    /// - Throws: `FocalPromptError` if the mask is empty or of another size.
    package func callAsFunction(
        _ image: RGBImage, _ mask: Mask, resizedImage: [UInt8]? = nil, crop: CropMode = .focalCrop
    ) throws(FocalPromptError) -> FocalPrompt {
        guard mask.width == image.width, mask.height == image.height else {
            throw FocalPromptError.maskSize(mask: [mask.width, mask.height], image: [image.width, image.height])
        }
        guard let box = mask.boundingBox else { throw FocalPromptError.emptyMask }
        let region = crop.region(of: box, width: image.width, height: image.height)
        let shown = crop == .cropMask ? image.masked(by: mask) : image
        return FocalPrompt(
            side: side,
            full: FocalPrompt.View(image: resizedImage ?? resized(image), mask: resized(mask)),
            region: FocalPrompt.View(image: resized(shown.cropped(to: region)), mask: resized(mask.cropped(to: region))))
    }

    /// Resizes the mask as an 8-bit image of 0 and 255, `[side, side]`; its edges become grey.
    private func resized(_ mask: Mask) -> [UInt8] {
        resizeBicubic(
            mask.pixels.map { $0 * 255 }, width: mask.width, height: mask.height, channels: 1,
            outputWidth: side, outputHeight: side)
    }
}
