import Imaging
import Masks
import Testing

/// If these fail, `damvideo track --evaluate` prints other scores than the DAVIS evaluation.
@Suite struct RegionSimilarityTests {
    private func mask(_ pixels: [UInt8]) -> Mask { Mask(width: pixels.count, height: 1, pixels: pixels) }

    @Test func intersectionOverUnion() {
        #expect(RegionSimilarity.score(mask([1, 1, 0, 0]), mask([0, 1, 1, 0])) == 1.0 / 3)
        #expect(RegionSimilarity.score(mask([1, 1, 0, 0]), mask([1, 1, 0, 0])) == 1)
        #expect(RegionSimilarity.score(mask([1, 0, 0, 0]), mask([0, 0, 0, 1])) == 0)
    }

    @Test func twoEmptyMasksAgree() {
        #expect(RegionSimilarity.score(nil, nil) == 1)
        #expect(RegionSimilarity.score(mask([0, 0]), mask([0, 0])) == 1)
        #expect(RegionSimilarity.score(mask([0, 1]), nil) == 0)
        #expect(RegionSimilarity.score(nil, mask([0, 1])) == 0)
    }

    /// Box 1 is half of box 2 of the reference in frame 0; the reference has nothing else.
    @Test func givenFramesDoNotCount() throws {
        let size = PictureSize(width: 8, height: 4)
        func box(_ width: Int, _ frame: Int) -> Region {
            Region(.box(BoundingBox(left: 0, top: 0, width: width, height: 2)), frame: frame)
        }
        let masks = try DrawnRegions([box(2, 0)], path: "a", size: size)
        let reference = try DrawnRegions([box(4, 0)], path: "b", size: size)
        let score = try RegionSimilarity(masks, reference: reference, excluding: { _, _ in false })
        #expect(score.tracks.map(\.mean) == [0.5] && score.mean == 0.5)
        #expect(try RegionSimilarity(masks, reference: reference, excluding: { $1 == 0 }).tracks.map(\.frames) == [0])
        let other = try DrawnRegions([box(2, 0)], path: "c", size: PictureSize(width: 9, height: 4))
        #expect(throws: MaskError.self) { try RegionSimilarity(masks, reference: other, excluding: { _, _ in false }) }
    }

    @Test func drawnRegions() throws {
        let size = PictureSize(width: 8, height: 6)
        let corners = [(1.0, 1.0), (5, 1), (5, 4), (1, 4)].map { Region.Point(x: $0.0, y: $0.1) }
        let regions = try DrawnRegions(
            [.init(.polygon(corners), frame: 3), .init(.box(BoundingBox(left: 6, top: 4, width: 9, height: 9)), frame: 1)],
            path: "clip", size: size)
        #expect(regions.annotatedFrames == [1, 3])
        #expect(regions.tracks.map { $0.appearances[0].area } == [12, 4])
        #expect(try regions.mask(of: .number(1), at: 3).boundingBox == BoundingBox(left: 1, top: 1, width: 4, height: 3))
        let outside = #expect(throws: MaskError.self) {
            try DrawnRegions([.init(.box(BoundingBox(left: 8, top: 0, width: 3, height: 3)), frame: 0)], path: "clip", size: size)
        }
        #expect(outside?.description == "clip: found region 1 outside the picture, expected at least one pixel of 8x6")
    }
}
