import Foundation
import Tensors

/// The sinusoidal position encoding of boxes: sines and cosines of y, x, width and height at growing wavelengths, `[rows, 4]` to
/// `[rows, 4 * channels]`. Source: DAB-DETR, arXiv 2201.12329, section 4.2.
///
/// - Parameter channels: even number of channels per coordinate.
func sinePositions(ofBoxes boxes: Tensor, channels: Int) -> Tensor {
    let wavelengths = (0..<channels).map { powf(10_000, Float(2 * ($0 / 2)) / Float(channels)) }
    return Tensor([boxes.rows, 4 * channels]) { output in
        boxes.withValues { boxes in
            for (index, part) in output.indices.enumerated() {
                let number = index / channels, channel = index % channels
                // x and y are swapped.
                let coordinate = number % 4 < 2 ? number ^ 1 : number
                let angle = boxes[coordinate] * (2 * Float.pi) / wavelengths[channel]
                output[part] = channel % 2 == 0 ? sinf(angle) : cosf(angle)
            }
        }
    }
}
