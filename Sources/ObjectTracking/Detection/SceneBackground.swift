import Imaging

/// The static background of a stretch of a clip.
struct SceneBackground: Sendable {
    /// `[height, width]`.
    let pixels: Plane<ScenePixel>
    /// Standard deviation of a static pixel's channels from frame to frame, in 8-bit steps.
    let noise: Float
}

/// The background at one pixel.
struct ScenePixel: BitwiseCopyable, Sendable {
    var colour: RGB
    /// A second colour that recurs throughout the stretch (leaves, water); equal to `colour` if there is none.
    var other: RGB
    /// Mean distance of its samples from `colour`, worst channel, in 8-bit steps.
    var spread: UInt8
}
