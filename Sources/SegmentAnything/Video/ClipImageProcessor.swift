import Imaging
import Tensors

/// Prepares frames of a clip as the original video predictor does: resized by Pillow (bicubic, 8 bits) without regard to
/// their shape, then normalised in single precision. (Still pictures are resized in another way, also there.)
struct ClipImageProcessor: Sendable {
    /// Of the model's pictures.
    let side: Int

    private static let mean: [Float] = [0.485, 0.456, 0.406]
    private static let deviation: [Float] = [0.229, 0.224, 0.225]

    /// `[side, side, 3]`.
    func callAsFunction(_ frame: RGBImage) -> Tensor {
        let pixels = resizeBicubic(
            frame.pixels, width: frame.width, height: frame.height, channels: 3, outputWidth: side, outputHeight: side)
        let normalised = (0..<3).map { channel in
            (0...255).map { (Float(Double($0) / 255) - Self.mean[channel]) / Self.deviation[channel] }
        }
        return Tensor([side, side, 3]) { output in
            for place in stride(from: 0, to: output.count, by: 3) {
                for channel in 0..<3 { output[place + channel] = normalised[channel][Int(pixels[place + channel])] }
            }
        }
    }
}
