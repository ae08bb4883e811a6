import Imaging
import Tensors

/// Prepares frames of a clip as the original video predictor does: resized by Pillow (bicubic, 8 bits) without regard to
/// their shape, then normalised in single precision. (Still pictures are resized in another way, also there.)
struct ClipImageProcessor: Sendable {
    /// Of the model's pictures.
    let side: Int

    private static let mean: [Float] = [0.485, 0.456, 0.406]
    private static let deviation: [Float] = [0.229, 0.224, 0.225]

    /// `[3, side, side]`.
    func callAsFunction(_ frame: RGBImage) -> Tensor {
        let pixels = resizeBicubic(
            frame.pixels, width: frame.width, height: frame.height, channels: 3, outputWidth: side, outputHeight: side)
        return Tensor([3, side, side]) { output in
            for channel in 0..<3 {
                let values = (0...255).map { (Float(Double($0) / 255) - Self.mean[channel]) / Self.deviation[channel] }
                for place in 0..<side * side { output[channel * side * side + place] = values[Int(pixels[place * 3 + channel])] }
            }
        }
    }
}
