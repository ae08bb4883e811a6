import Imaging

/// The frames of a clip, wherever they come from. They are asked for one at a time, mostly in the order of tracking.
package protocol ClipPictures {
    /// Frames in the clip.
    var count: Int { get }
    var width: Int { get }
    var height: Int { get }

    /// - Parameter frame: from 0, below `count`.
    func picture(at frame: Int) throws -> RGBImage
}
