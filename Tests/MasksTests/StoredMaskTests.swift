import Imaging
import Masks
import Testing

/// If these fail, masks stored as runs change, or their overlap differs from that of their pixels.
@Suite struct StoredMaskTests {
    /// Blobs, stripes that reach the edges and single pixels, in pictures whose rows are not whole words.
    private static let masks: [Mask] = {
        let width = 23, height = 11
        func mask(_ inside: (Int, Int) -> Bool) -> Mask {
            Mask(width: width, height: height, pixels: (0..<width * height).map { inside($0 % width, $0 / width) ? 1 : 0 })
        }
        return [
            mask { x, y in (x - 6) * (x - 6) + (y - 5) * (y - 5) < 16 }, mask { x, y in (x - 9) * (x - 9) + (y - 6) * (y - 6) < 20 },
            mask { x, _ in x % 3 == 0 }, mask { _, y in y % 2 == 1 }, mask { _, _ in true }, mask { x, y in x == 22 && y == 10 },
            mask { x, y in x == 0 && y == 0 }, mask { x, y in (x * 7 + y * 5) % 4 == 0 }, mask { x, y in x > 15 && y < 4 },
        ]
    }()

    @Test(arguments: masks.indices)
    func pixelsRoundTrip(index: Int) throws {
        let mask = Self.masks[index], stored = try #require(StoredMask(mask))
        #expect(stored.mask == mask && stored.area == mask.area && stored.box == mask.boundingBox)
    }

    @Test(arguments: masks.indices)
    func commonPixels(index: Int) throws {
        let one = Self.masks[index], stored = try #require(StoredMask(one))
        for other in Self.masks {
            let expected = zip(one.pixels, other.pixels).count { $0 & $1 == 1 }
            #expect(try stored.commonPixels(with: #require(StoredMask(other))) == expected)
        }
    }

    @Test func subtraction() throws {
        let whole = try #require(StoredMask(Self.masks[4])), part = try #require(StoredMask(Self.masks[7]))
        let rest = try #require(whole.subtracting(part))
        #expect(rest.area == whole.area - part.area && rest.commonPixels(with: part) == 0)
        #expect(part.subtracting(whole) == nil)
    }
}
