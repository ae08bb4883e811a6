import Imaging

/// The frames of a clip from any source. They are requested one at a time, mostly in the order of tracking.
package protocol ClipPictures {
    /// Number of frames.
    var count: Int { get }
    var width: Int { get }
    var height: Int { get }

    /// - Parameter frame: from 0, less than `count`.
    func picture(at frame: Int) throws -> RGBImage
}
