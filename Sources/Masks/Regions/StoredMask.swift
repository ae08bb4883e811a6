import Imaging

/// A mask as run lengths over its box, row after row, starting with background: a few bytes a row.
package struct StoredMask: Sendable, Equatable {
    let width: Int
    let height: Int
    package let box: BoundingBox
    package let area: Int
    private let runs: [UInt32]

    /// - Returns: nil for an empty mask.
    package init?(_ mask: Mask) {
        self.init(mask, offset: (0, 0), of: PictureSize(width: mask.width, height: mask.height))
    }

    /// - Returns: nil for an empty region.
    init?(_ region: RunLengthEncoding) {
        guard let box = region.boundingBox else { return nil }
        self.init(region.mask(in: box), left: box.left, top: box.top, in: PictureSize(width: region.width, height: region.height))
    }

    /// A mask of a part of a picture; what lies outside the picture is cut off.
    /// - Parameters:
    ///   - left, top: place of the part in the picture.
    ///   - size: of the picture.
    /// - Returns: nil when nothing lies inside the picture.
    init?(_ mask: Mask, left: Int, top: Int, in size: PictureSize) {
        let part = BoundingBox(left: left, top: top, width: mask.width, height: mask.height)
        guard let inside = part.intersection(BoundingBox(left: 0, top: 0, width: size.width, height: size.height)) else { return nil }
        let visible = inside == part ? mask : mask.cropped(to: inside.moved(x: -left, y: -top))
        self.init(visible, offset: (inside.left, inside.top), of: size)
    }

    private init?(_ mask: Mask, offset: (left: Int, top: Int), of size: PictureSize) {
        guard let box = mask.boundingBox else { return nil }
        var runs: [UInt32] = [], inside: UInt8 = 0, length: UInt32 = 0, area = 0
        mask.pixels.withUnsafeBufferPointer { pixels in
            for row in box.top..<box.bottom {
                for place in row * mask.width + box.left..<row * mask.width + box.right {
                    if pixels[place] != inside {
                        runs.append(length)
                        (inside, length) = (pixels[place], 0)
                    }
                    length += 1
                    area += Int(pixels[place])
                }
            }
        }
        runs.append(length)
        width = size.width
        height = size.height
        self.box = box.moved(x: offset.left, y: offset.top)
        self.area = area
        self.runs = runs
    }

    package var mask: Mask {
        var pixels = [UInt8](repeating: 0, count: width * height)
        forEachPixel { pixels[$0] = 1 }
        return Mask(width: width, height: height, pixels: pixels)
    }

    /// The part outside `other`; nil when nothing is left.
    package func subtracting(_ other: StoredMask) -> StoredMask? {
        var pixels = mask.pixels
        other.forEachPixel { pixels[$0] = 0 }
        return StoredMask(Mask(width: width, height: height, pixels: pixels))
    }

    /// The pixels of either, of two masks of one size.
    func joined(with other: StoredMask) -> StoredMask {
        var pixels = mask.pixels
        other.forEachPixel { pixels[$0] = 1 }
        return StoredMask(Mask(width: width, height: height, pixels: pixels)) ?? self
    }

    /// Calls `body` with the place of each pixel inside, row after row.
    func forEachPixel(_ body: (Int) -> Void) {
        var position = 0
        for (index, run) in runs.enumerated() {
            if index % 2 == 1 {
                for place in position..<position + Int(run) {
                    body((box.top + place / box.width) * width + box.left + place % box.width)
                }
            }
            position += Int(run)
        }
    }
}
