/// A sequence of frames in presentation order.
protocol FrameSource: AnyObject {
    /// The next frame; nil after the last.
    func next() throws -> VideoFrame?

    /// After `next()` has returned nil: one line on damage in the input; nil if there was none.
    var damage: String? { get }
}
