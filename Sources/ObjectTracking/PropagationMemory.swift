import Imaging

extension MaskPropagator {
    /// Bytes of the window of images used in propagation: 129 images at three bytes per pixel (see `MaskPropagator`).
    package func workingBytes(of clip: PictureSize) -> Int { 129 * 3 * workingPixels(of: clip) }
}
