import Foundation
import Imaging
import ObjectTracking
import Testing

/// If these fail, masks are propagated to the wrong place.
@Suite struct OpticalFlowTests {
    private func picture(shiftedBy x: Double, _ y: Double, gain: Double = 1) -> RGBImage {
        let width = 256, height = 192
        let pixels = (0..<width * height).flatMap { place -> [UInt8] in
            let u = Double(place % width) - x, v = Double(place / width) - y
            let value = 118 + 40 * sin(u / 9 + 2 * sin(v / 23)) + 36 * cos(v / 7 + sin(u / 15)) + 24 * sin((u + v) / 31)
            return [UInt8](repeating: UInt8(min(max(value * gain, 0), 255)), count: 3)
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Flow is at half size, so displacements are halved; pixels near the edge see what was not in the picture before.
    @Test(arguments: [(0.0, 0.0), (1, 0), (0.5, -0.7), (-6, 4), (14, 9), (-25, 3)])
    func shifts(x: Double, y: Double) {
        let flow = DenseInverseSearch.flow(from: picture(shiftedBy: 0, 0), to: picture(shiftedBy: x, y))
        #expect(flow.width == 128 && flow.height == 96)
        var sum = 0.0, count = 0.0
        for row in 16..<80 {
            for column in 20..<108 {
                let vector = flow[column, row]
                sum += hypot(Double(vector.x) * 2 - x, Double(vector.y) * 2 - y)
                count += 1
            }
        }
        #expect(sum / count < 0.15, "mean end-point error \(sum / count) pixels")
    }

    /// Inside the boxes flow is as good as anywhere; far from them only the coarse levels are searched, whose flow the finest
    /// repeats in blocks.
    @Test func flowIsSearchedForWhereItIsWanted() {
        let first = picture(shiftedBy: 0, 0), second = picture(shiftedBy: 3, -2)
        let box = BoundingBox(left: 40, top: 48, width: 64, height: 48)
        let whole = DenseInverseSearch.flow(from: first, to: second)
        let part = DenseInverseSearch.flow(from: first, to: second, in: [box])
        var greatest: Float = 0
        for y in box.top / 2..<box.bottom / 2 {
            for x in box.left / 2..<box.right / 2 {
                let difference = part[x, y] - whole[x, y]
                greatest = max(greatest, abs(difference.x), abs(difference.y))
            }
        }
        #expect(greatest < 0.1)
        func blocks(_ flow: FlowField) -> Int {
            (45..<64).reduce(0) { sum, x in
                sum + (0..<96).count { flow[2 * x, $0] == flow[2 * x + 1, $0] && flow[2 * x, $0] == flow[2 * x, $0 / 2 * 2] }
            }
        }
        #expect(blocks(part) == 19 * 96)
        #expect(blocks(whole) < 19 * 96)
        #expect(lengths(of: part).allSatisfy { abs($0 - hypot(1.5, 1)) < 1 })
        #expect(lengths(of: DenseInverseSearch.flow(from: first, to: second, in: [])).allSatisfy { $0 == 0 })
    }

    /// A cloud passes: the picture gets darker, nothing moves by a pixel.
    @Test func brightnessIsNotMotion() {
        let flow = DenseInverseSearch.flow(from: picture(shiftedBy: 0, 0), to: picture(shiftedBy: 0, 0, gain: 0.9))
        let lengths = lengths(of: flow)
        #expect(lengths.reduce(0, +) / Double(lengths.count) < 0.6)
    }

    /// Pictures smaller than a patch are no reason to trap.
    @Test(arguments: [(1, 1), (3, 40), (17, 5), (40, 2)])
    func tinyPictures(width: Int, height: Int) {
        let image = RGBImage(width: width, height: height, pixels: [UInt8](repeating: 9, count: width * height * 3))
        let flow = DenseInverseSearch.flow(from: image, to: image)
        #expect(lengths(of: flow).allSatisfy { $0 < 0.01 })
    }

    /// Length of each pixel's displacement.
    private func lengths(of flow: FlowField) -> [Double] {
        (0..<flow.height).flatMap { row in
            (0..<flow.width).map { hypot(Double(flow[$0, row].x), Double(flow[$0, row].y)) }
        }
    }
}
