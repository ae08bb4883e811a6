/// Settings of tracking a clip. Defaults are those of the original predictor, except for `correctsWithMemory`.
package struct VideoSettings: Sendable {
    /// True if a pixel belongs to at most one object, the one with the highest logit.
    package var separatesObjects = false
    /// True if a tracked frame that is corrected becomes a conditioning frame, whose memory is kept. The original's option
    /// `add_all_frames_to_correct_as_cond` is off; the next propagation over the frame then discards the correction, which users
    /// do not expect.
    package var correctsWithMemory = true
    /// True to keep the memories of all tracked frames, as the original does; false to keep only those in reach of the next
    /// frames and of prompts, so that a long clip's memory is bounded.
    package var keepsEverything = true

    /// Bytes of cached image features for frames that are visited again.
    package var featureBytes = 1 << 30

    package init() {}
}
