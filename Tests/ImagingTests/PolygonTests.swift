import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, COCO polygons are rasterised differently from COCO's own tools.
@Suite struct PolygonTests {
    struct Expectation: Decodable {
        let size: [Int]
        let polygons: [[Double]]
        let counts: String
        let area: Int
    }

    /// 400 annotations: integer, half and arbitrary coordinates, outside the picture, closed, without area, boxes, smooth.
    @Test func agreesWithPycocotools() throws {
        let fixture = URL(filePath: Fixtures.path("masks/rle/polygons.json"))
        let expected = try JSONDecoder().decode([Expectation].self, from: Data(contentsOf: fixture))
        #expect(expected.count == 400)
        for one in expected {
            let (height, width) = (one.size[0], one.size[1])
            let parts = try one.polygons.map { part in
                part.count == 4
                    ? try Polygon.rasterized(box: (part[0], part[1], part[2], part[3]), width: width, height: height)
                    : try Polygon.rasterized(part, width: width, height: height)
            }
            let region = parts.dropFirst().reduce(parts[0]) { $0.union($1) }
            #expect(String(decoding: region.counts, as: UTF8.self) == one.counts, "\(one.polygons) in \(one.size)")
            #expect(region.area == one.area)
        }
    }

    @Test func impossiblePolygonsAreErrors() {
        func error(_ corners: [Double]) -> String? {
            do { _ = try Polygon.rasterized(corners, width: 10, height: 10) } catch { return error.description }
            return nil
        }
        func wrongCount(_ count: Int) -> String { "found a polygon of \(count) numbers, expected pairs, at least three" }
        let outOfReach = "found a polygon far outside the picture, expected pixels of it"
        #expect(error([0, 0, 1, 1]) == wrongCount(4))
        #expect(error([0, 0, 1, 1, 2, 2, 3]) == wrongCount(7))
        #expect(error([0, 0, 1e300, 1, 2, 2]) == outOfReach)
        #expect(error([0, 0, .nan, 1, 2, 2]) == outOfReach)
        #expect(error([0, 0, 5, 0, 5, .infinity]) == outOfReach)
        #expect(throws: InputError.self) { try Polygon.rasterized([0, 0, 1, 1, 2, 2], width: 0, height: 4) }
    }
}
