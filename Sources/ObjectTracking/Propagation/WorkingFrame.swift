import Imaging
import Parallelism

/// Size of the images used in propagation: whole blocks of `factor` x `factor` pixels of the clip become one.
struct WorkingSize: Sendable, Equatable {
    /// The clip's size.
    let full: PictureSize
    let factor: Int
    let width: Int
    let height: Int

    /// - Parameter maximumPixels: upper bound on the working image's pixels. Beyond it, outlines get coarser instead of more
    ///   work being done.
    init(full: PictureSize, maximumPixels: Int) {
        var factor = 1
        while (full.width / factor) * (full.height / factor) > maximumPixels { factor += 1 }
        self.full = full
        self.factor = factor
        width = (full.width + factor - 1) / factor
        height = (full.height + factor - 1) / factor
    }

    var box: BoundingBox { BoundingBox(left: 0, top: 0, width: width, height: height) }
}

/// An image at the working size: 3 bytes per pixel, all that is kept of a frame while it waits.
struct WorkingFrame: Sendable {
    /// 0-based in the clip.
    let index: Int
    /// The whole image, from (0, 0).
    let box: BoundingBox
    /// `[height, width]`, red, green and blue.
    let rgb: Plane<RGB>

    var width: Int { box.width }
    var height: Int { box.height }

    init(index: Int, image: RGBImage, size: WorkingSize) {
        self.index = index
        box = size.box
        rgb = image.pixels.withUnsafeBufferPointer { reduced(image, $0, size) }
    }
}

/// A colour with 8 bits per channel.
struct RGB: BitwiseCopyable, Sendable {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    /// Red, green, blue and 0, for sums.
    @inline(__always)
    var channels: SIMD4<Int32> { SIMD4(Int32(red), Int32(green), Int32(blue), 0) }

    /// Sum of the channels' squared differences.
    @inline(__always)
    func squaredDistance(to other: RGB) -> Int {
        let step = channels &- other.channels
        return Int((step &* step).wrappedSum())
    }

    /// Maximum difference over the channels, 0...255.
    @inline(__always)
    func greatestDifference(to other: RGB) -> Int {
        max(abs(Int(red) - Int(other.red)), abs(Int(green) - Int(other.green)), abs(Int(blue) - Int(other.blue)))
    }
}

/// The mean of each block of an image.
/// - Parameter pixels: the image's pixels.
private func reduced(_ image: RGBImage, _ pixels: UnsafeBufferPointer<UInt8>, _ size: WorkingSize) -> Plane<RGB> {
    Plane(size.box) { row in
        if size.factor == 1 {
            guard let pixels = pixels.baseAddress else { return }
            // The layout of RGB is its three bytes.
            UnsafeMutableRawPointer(row.pointer)
                .copyMemory(from: pixels + row.y * image.width * 3, byteCount: row.columns.count * 3)
            return
        }
        let lines = row.y * size.factor..<min(image.height, (row.y + 1) * size.factor)
        for x in row.columns {
            let places = x * size.factor..<min(image.width, (x + 1) * size.factor)
            row[x] = mean(pixels, lines, places, width: image.width)
        }
    }
}

@inline(__always)
private func colour(_ pixels: UnsafeBufferPointer<UInt8>, _ start: Int) -> RGB {
    RGB(red: pixels[start], green: pixels[start + 1], blue: pixels[start + 2])
}

/// The mean colour of a block of pixels, rounded.
@inline(__always)
private func mean(
    _ pixels: UnsafeBufferPointer<UInt8>, _ lines: Range<Int>, _ places: Range<Int>, width: Int
) -> RGB {
    var red = 0, green = 0, blue = 0
    for line in lines {
        for place in places {
            let colour = colour(pixels, (line * width + place) * 3)
            red += Int(colour.red)
            green += Int(colour.green)
            blue += Int(colour.blue)
        }
    }
    let count = lines.count * places.count
    func rounded(_ sum: Int) -> UInt8 { UInt8((sum + count / 2) / count) }
    return RGB(red: rounded(red), green: rounded(green), blue: rounded(blue))
}
