import Imaging

/// Fit of `CameraMotion`.
package enum CameraConstants {
    /// Pixels of motion in every corner below which the camera stands still: lower lets one on a tripod wander by the
    /// flow's noise, higher blurs the background of one that drifts.
    package static let still = 0.25
    /// Rounds of reweighting.
    package static let rounds = 10
    /// Pixels of error at which a point counts a quarter, in the first round; halved in each of the next four.
    package static let firstWidth = 12.0
}

/// Mapping of the still part of one picture to its place in another: a plane's projection (homography), exact for a
/// camera that turns or zooms, near enough over a second for one that moves.
struct CameraMotion: Sendable, Equatable {
    /// Row-major 3 x 3, pixels of the working picture.
    let matrix: [Double]

    static let identity = CameraMotion(matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1])

    func apply(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        let w = matrix[6] * x + matrix[7] * y + matrix[8]
        return ((matrix[0] * x + matrix[1] * y + matrix[2]) / w, (matrix[3] * x + matrix[4] * y + matrix[5]) / w)
    }

    /// First this motion, then `next`.
    func followed(by next: CameraMotion) -> CameraMotion {
        var result = [Double](repeating: 0, count: 9)
        for row in 0..<3 {
            for column in 0..<3 {
                for inner in 0..<3 { result[row * 3 + column] += next.matrix[row * 3 + inner] * matrix[inner * 3 + column] }
            }
        }
        let scale = result[8]
        return scale == 0 ? self : CameraMotion(matrix: result.map { $0 / scale })
    }

    /// The way back.
    var inverse: CameraMotion {
        let m = matrix
        let adjugate = [
            m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
            m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
            m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3],
        ]
        return adjugate[8] == 0 ? .identity : CameraMotion(matrix: adjugate.map { $0 / adjugate[8] })
    }

    /// Motion of the middle of a box, in pixels, at most a thousand along each axis.
    func shift(at box: BoundingBox) -> SIMD2<Float> {
        let x = Double(box.left) + Double(box.width) / 2, y = Double(box.top) + Double(box.height) / 2
        let moved = apply(x, y), limit = SIMD2<Float>(repeating: 1000)
        let shift = SIMD2(Float(moved.x - x), Float(moved.y - y))
        guard shift.x.isFinite, shift.y.isFinite else { return SIMD2(0, 0) }
        return shift.clamped(lowerBound: -limit, upperBound: limit)
    }

    /// The motion most of a flow field agrees on. Less than a quarter of a pixel in every corner counts as none:
    /// a camera on a tripod must not wander by the flow's noise.
    /// - Parameters:
    ///   - flow: at a pyramid level whose pixels are `scale` pixels of the working picture.
    init(fitting flow: FlowField, scale: Double) {
        let step = max(2, min(flow.width, flow.height) / 30)
        var pairs: [PointPair] = []
        for row in stride(from: step / 2, to: flow.height, by: step) {
            for column in stride(from: step / 2, to: flow.width, by: step) {
                let vector = flow[column, row]
                let x = (Double(column) + 0.5) * scale - 0.5, y = (Double(row) + 0.5) * scale - 0.5
                pairs.append(
                    PointPair(
                        x: x, y: y, toX: x + Double(vector.x) * scale, toY: y + Double(vector.y) * scale))
            }
        }
        let fitted = CameraMotion(matrix: robustHomography(pairs) ?? CameraMotion.identity.matrix)
        let width = Double(flow.width) * scale, height = Double(flow.height) * scale
        let corners = [(0, 0), (width, 0), (0, height), (width, height)]
        let isStill = corners.allSatisfy { corner in
            let moved = fitted.apply(corner.0, corner.1)
            return abs(moved.x - corner.0) < CameraConstants.still && abs(moved.y - corner.1) < CameraConstants.still
        }
        self = isStill ? .identity : fitted
    }

    /// - Parameter matrix: row-major 3 x 3.
    init(matrix: [Double]) {
        self.matrix = matrix
    }
}

struct PointPair {
    let x: Double
    let y: Double
    let toX: Double
    let toY: Double
}

/// Least squares reweighted several times, from the median shift on: what disagrees by pixels soon counts for nothing.
private func robustHomography(_ pairs: [PointPair]) -> [Double]? {
    guard pairs.count >= 8 else { return nil }
    let shiftX = pairs.map { $0.toX - $0.x }.sorted()[pairs.count / 2]
    let shiftY = pairs.map { $0.toY - $0.y }.sorted()[pairs.count / 2]
    var matrix = [1, 0, shiftX, 0, 1, shiftY, 0, 0, 1]
    // Coordinates near 1 keep the equations well conditioned.
    let size = max(1, pairs.map { max($0.x, $0.y) }.max() ?? 1)
    for round in 0..<CameraConstants.rounds {
        let width = max(1, CameraConstants.firstWidth / Double(1 << min(round, 4)))
        var normal = [Double](repeating: 0, count: 64), right = [Double](repeating: 0, count: 8)
        for pair in pairs {
            let w = matrix[6] * pair.x + matrix[7] * pair.y + matrix[8]
            let errorX = (matrix[0] * pair.x + matrix[1] * pair.y + matrix[2]) / w - pair.toX
            let errorY = (matrix[3] * pair.x + matrix[4] * pair.y + matrix[5]) / w - pair.toY
            let ratio = (errorX * errorX + errorY * errorY) / (width * width)
            let weight = 1 / ((1 + ratio) * (1 + ratio))
            let (x, y, toX, toY) = (pair.x / size, pair.y / size, pair.toX / size, pair.toY / size)
            add([x, y, 1, 0, 0, 0, -x * toX, -y * toX], toX, weight, &normal, &right)
            add([0, 0, 0, x, y, 1, -x * toY, -y * toY], toY, weight, &normal, &right)
        }
        for index in 0..<8 { normal[index * 9] += 1e-9 }
        guard let h = solved(normal, right) else { return nil }
        matrix = [h[0], h[1], h[2] * size, h[3], h[4], h[5] * size, h[6] / size, h[7] / size, 1]
    }
    return matrix.allSatisfy(\.isFinite) ? matrix : nil
}

private func add(
    _ row: [Double], _ value: Double, _ weight: Double, _ normal: inout [Double], _ right: inout [Double]
) {
    for i in 0..<8 where row[i] != 0 {
        let scaled = weight * row[i]
        right[i] += scaled * value
        for j in 0..<8 { normal[i * 8 + j] += scaled * row[j] }
    }
}

/// Gaussian elimination with pivoting of an 8 x 8 system; nil when it is singular.
private func solved(_ matrix: [Double], _ right: [Double]) -> [Double]? {
    var a = matrix, b = right
    for column in 0..<8 {
        guard let pivot = (column..<8).max(by: { abs(a[$0 * 8 + column]) < abs(a[$1 * 8 + column]) }),
            abs(a[pivot * 8 + column]) > 1e-12
        else { return nil }
        if pivot != column {
            for index in 0..<8 { a.swapAt(pivot * 8 + index, column * 8 + index) }
            b.swapAt(pivot, column)
        }
        for row in 0..<8 where row != column {
            let factor = a[row * 8 + column] / a[column * 8 + column]
            guard factor != 0 else { continue }
            for index in column..<8 { a[row * 8 + index] -= factor * a[column * 8 + index] }
            b[row] -= factor * b[column]
        }
    }
    return (0..<8).map { b[$0] / a[$0 * 9] }
}
