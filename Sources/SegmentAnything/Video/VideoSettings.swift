/// Settings of tracking a clip. Defaults are the original predictor's, but for `correctsWithMemory`.
package struct VideoSettings: Sendable {
    /// True if a pixel belongs to one object at most: the one that is surest of it.
    package var separatesObjects = false
    /// True if a frame that is corrected after it was tracked becomes a conditioning frame, whose memory is kept
    /// (`add_all_frames_to_correct_as_cond` there, where it is off: the next propagation over the frame then forgets the
    /// correction, which nobody who corrects expects).
    package var correctsWithMemory = true
    /// True if memories of all tracked frames are kept, as the original does; else of those alone that the next frames and
    /// those around prompts need: memory for a long clip is then bounded.
    package var keepsEverything = true

    /// Bytes of image features to keep for frames that are looked at again.
    package var featureBytes = 1 << 30

    package init() {}
}
