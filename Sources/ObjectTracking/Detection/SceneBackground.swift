import Imaging

/// A stretch of a clip without its moving objects: for each pixel the colour of the still scene.
struct SceneBackground: Sendable {
    /// `[height, width]`.
    let pixels: Plane<ScenePixel>
    /// Standard deviation of a still pixel's channels from frame to frame, in 8-bit steps.
    let noise: Float
}

/// The still scene at one pixel.
struct ScenePixel: BitwiseCopyable, Sendable {
    var colour: RGB
    /// Another colour that it shows now and then all through the stretch (leaves, water); equal to `colour` if there is none.
    var other: RGB
    /// Mean distance of its samples from `colour`, worst channel, in 8-bit steps.
    var spread: UInt8
}
