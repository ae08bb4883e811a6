import Imaging

extension MaskPropagator {
    /// Bytes of the window of pictures that propagation works on: 129 of three bytes a pixel (see `MaskPropagator`).
    package func workingBytes(of clip: PictureSize) -> Int { 129 * 3 * workingPixels(of: clip) }
}
