import Imaging
import Parallelism

/// How the clip's pixels map to those propagation works on: whole blocks of `factor` x `factor` pixels become one.
struct WorkingSize: Sendable, Equatable {
    /// The clip's.
    let full: PictureSize
    let factor: Int
    let width: Int
    let height: Int

    /// - Parameter maximumPixels: of the working picture. Beyond it outlines get coarser instead of work growing.
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

/// A picture at the working size: 3 bytes a pixel, all that is kept of a frame while it waits.
struct WorkingFrame: Sendable {
    /// 0-based in the clip.
    let index: Int
    let width: Int
    let height: Int
    /// `[height, width, 3]`.
    let rgb: [UInt8]

    var box: BoundingBox { BoundingBox(left: 0, top: 0, width: width, height: height) }

    init(index: Int, image: RGBImage, size: WorkingSize) {
        self.index = index
        width = size.width
        height = size.height
        rgb = size.factor == 1 ? image.pixels : reduced(image, size)
    }
}

/// The mean of each block.
private func reduced(_ image: RGBImage, _ size: WorkingSize) -> [UInt8] {
    let factor = size.factor
    return [UInt8](unsafeUninitializedCapacity: size.width * size.height * 3) { target, initialized in
        nonisolated(unsafe) let target = target
        image.pixels.withUnsafeBufferPointer { source in
            Parallel.fixedRanges(size.height) { rows in
                for row in rows {
                    let lines = row * factor..<min(image.height, (row + 1) * factor)
                    for column in 0..<size.width {
                        let places = column * factor..<min(image.width, (column + 1) * factor)
                        let count = lines.count * places.count
                        for channel in 0..<3 {
                            var sum = 0
                            for line in lines {
                                for place in places { sum += Int(source[(line * image.width + place) * 3 + channel]) }
                            }
                            target[(row * size.width + column) * 3 + channel] = UInt8((sum + count / 2) / count)
                        }
                    }
                }
            }
        }
        initialized = size.width * size.height * 3
    }
}
