/// Frames one after the other, in presentation order.
protocol FrameSource: AnyObject {
    /// The next frame, or nil after the last one.
    func next() throws -> VideoFrame?

    /// After `next()` has returned nil: one line on what was wrong with the input; nil when nothing was.
    var damage: String? { get }
}
