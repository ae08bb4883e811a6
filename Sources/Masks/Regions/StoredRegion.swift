import Imaging

/// A mask kept as compressed runs or a box, rasterised on demand.
enum StoredRegion: Sendable {
    /// Compressed runs.
    case runs([UInt8])
    case box(BoundingBox)
    case mask(StoredMask)

    /// - Throws: `InputError`, but not for regions that this program stored.
    func mask(size: PictureSize) throws(InputError) -> Mask {
        switch self {
        case .runs(let counts):
            return try RunLengthEncoding(width: size.width, height: size.height, counts: counts).mask
        case .mask(let stored): return stored.mask
        case .box(let box):
            var pixels = [UInt8](repeating: 0, count: size.width * size.height)
            for row in box.top..<box.top + box.height {
                let start = row * size.width + box.left
                for column in start..<start + box.width { pixels[column] = 1 }
            }
            return Mask(width: size.width, height: size.height, pixels: pixels)
        }
    }
}
