import Imaging
import Masks
import ObjectTracking
import Testing

/// If these fail, somebody behind a sign is two objects, a head and a pair of legs, or two people are one.
@Suite struct ObjectPartsTests {
    private static let size = PictureSize(width: 600, height: 300)

    private func object(_ frames: Range<Int>, _ box: (Int) -> BoundingBox) throws -> FoundObject {
        FoundObject(masks: try Dictionary(uniqueKeysWithValues: frames.map { frame in
            (frame, try #require(PropagatedMask(Mask(box(frame), in: Self.size), confidence: 1, isBackward: false)))
        }))
    }

    /// People 60 pixels high who walk apart.
    private func others() throws -> [FoundObject] {
        try (0..<4).map { number in
            try object(0..<20) { BoundingBox(left: 30 + 100 * number + 2 * $0, top: 20, width: 20, height: 60) }
        }
    }

    @Test func headAndLegsBesideASignAreOnePersonAsHighAsOthers() throws {
        let head = try object(0..<12) { _ in BoundingBox(left: 500, top: 150, width: 18, height: 14) }
        let legs = try object(2..<16) { _ in BoundingBox(left: 502, top: 192, width: 16, height: 18) }
        let joined = ObjectParts(size: Self.size).joined(try others() + [head, legs])
        let person = try #require(joined.first { $0.masks[5]?.mask.box.left == 500 })
        #expect(joined.count == 5 && person.masks.keys.sorted() == Array(0..<16))
        #expect(person.masks[5]?.mask.box == BoundingBox(left: 500, top: 150, width: 18, height: 60))
        // Alone they are too far apart to be known as one.
        #expect(ObjectParts(size: Self.size).joined([head, legs]).count == 2)
    }

    @Test func aPieceWithinThePersonBelongsToIt() throws {
        let person = try object(0..<16) { _ in BoundingBox(left: 500, top: 150, width: 18, height: 60) }
        let foot = try object(3..<9) { _ in BoundingBox(left: 504, top: 195, width: 8, height: 15) }
        #expect(ObjectParts(size: Self.size).joined(try others() + [person, foot]).count == 5)
    }

    /// One behind the other, each as high as people are.
    @Test func twoPeopleOneBehindTheOtherAreTwo() throws {
        let far = try object(0..<16) { _ in BoundingBox(left: 500, top: 100, width: 20, height: 60) }
        let near = try object(0..<16) { _ in BoundingBox(left: 502, top: 170, width: 20, height: 60) }
        #expect(ObjectParts(size: Self.size).joined(try others() + [far, near]).count == 6)
    }
}
