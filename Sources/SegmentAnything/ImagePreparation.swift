import Imaging
import Parallelism
import Tensors

/// Resizes and normalises images for the image encoder, without keeping the aspect ratio. The original has two ways that give
/// different values: one for still images, one for the frames of a clip.
package struct ImagePreparation: Sendable {
    /// Side of the model's input in pixels.
    package let side: Int

    private static let mean = ImageNetStatistics.mean.map(Float.init)
    private static let deviation = ImageNetStatistics.deviation.map(Float.init)

    package init(side: Int) {
        self.side = side
    }

    /// Prepares a still image like `SAM2ImagePredictor` with torchvision: scaled by 1 / 255, then bilinear with antialiasing,
    /// all in single precision.
    /// - Returns: `[side, side, 3]`.
    package func picture(_ image: RGBImage) -> Tensor {
        let planes = Tensor([3, image.height, image.width]) { output in
            let size = image.width * image.height
            image.pixels.withUnsafeBufferPointer { pixels in
                Parallel.ranges(size, minimum: 1 << 14) { range in
                    for index in range {
                        for channel in 0..<3 { output[channel * size + index] = Float(pixels[3 * index + channel]) / 255 }
                    }
                }
            }
        }
        let resized = planes.interpolated(height: side, width: side, .bilinearAntialiased)
        return Tensor([side, side, 3]) { output in
            let size = side * side
            resized.withValues { values in
                for index in 0..<size {
                    for channel in 0..<3 {
                        output[3 * index + channel] = (values[channel * size + index] - Self.mean[channel]) / Self.deviation[channel]
                    }
                }
            }
        }
    }

    /// Prepares a frame of a clip like the original's loader with Pillow: bicubic on 8-bit values, then scaled by 1 / 255.
    /// - Returns: `[side, side, 3]`.
    package func frame(_ image: RGBImage) -> Tensor {
        let pixels = resizeBicubic(
            image.pixels, width: image.width, height: image.height, channels: 3, outputWidth: side, outputHeight: side)
        let tables = (0..<3).map { channel in
            (0...255).map { (Float(Double($0) / 255) - Self.mean[channel]) / Self.deviation[channel] }
        }
        return Tensor([side, side, 3]) { output in
            for index in output.indices { output[index] = tables[index % 3][Int(pixels[index])] }
        }
    }
}
