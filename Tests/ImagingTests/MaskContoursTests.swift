import Imaging
import Testing

@Suite("Outlines as polygons")
struct MaskContoursTests {
    /// A mask from rows in which # is inside.
    private func mask(_ rows: String...) -> Mask {
        Mask(width: rows[0].count, height: rows.count, pixels: rows.joined().map { $0 == "#" ? 1 : 0 })
    }

    @Test("Contours follow pixel edges, clockwise, and counterclockwise around holes")
    func lines() {
        #expect(MaskContours(mask(".....", ".##..", ".##..")).lines == [[3, 1, 3, 3, 1, 3, 1, 1]])
        #expect(MaskContours(mask("###", "#.#", "###"), tolerance: 0).lines == [[3, 0, 3, 3, 0, 3, 0, 0], [2, 2, 2, 1, 1, 1, 1, 2]])
        #expect(MaskContours(mask("...")).lines == [])
    }

    @Test("Pixels that touch only at corners are separate")
    func corners() { #expect(MaskContours(mask("#.", ".#"), tolerance: 0).lines.count == 2) }

    @Test("Staircases are simplified within the tolerance")
    func simplified() {
        let side = 60
        let triangle = Mask(width: side, height: side, pixels: (0..<side * side).map { $0 % side <= $0 / side ? 1 : 0 })
        let all = MaskContours(triangle, tolerance: 0).lines[0], few = MaskContours(triangle, tolerance: 1).lines[0]
        #expect(all.count > 200)
        #expect(few.count <= 12)
    }
}
