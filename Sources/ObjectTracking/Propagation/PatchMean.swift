import Imaging

/// Weighted mean of the displacements of the patches over a pixel, with higher weights for those that lead to a pixel of similar
/// grey.
struct PatchMean {
    /// The displacement of each patch, `[rows, columns]`, in pixels.
    let flow: Plane<SIMD2<Float>>
    let grid: PatchGrid
    let first: PyramidLevel
    let second: PyramidLevel

    func at(_ x: Int, _ y: Int) -> SIMD2<Float> {
        let value = first.grey[x, y]
        var sum = SIMD2<Float>(0, 0), weights: Float = 0
        for row in grid.rows(over: y) {
            for column in grid.columns(over: x) {
                let vector = flow[column, row]
                let weight = 1 / max(1, abs(second.sample(Float(x) + vector.x, Float(y) + vector.y) - value))
                sum += weight * vector
                weights += weight
            }
        }
        return weights > 0 ? sum / weights : sum
    }

    /// Writes four adjacent pixels at once, with the same values as one by one.
    /// - Returns: false, without writing, if they are not under the same patches, or if those lead beyond the edge.
    @inline(__always)
    func write(_ target: PlaneRow<SIMD2<Float>>, from x: Int) -> Bool {
        let columns = grid.columns(over: x), y = target.y
        guard grid.columns(over: x + 3) == columns else { return false }
        let value = Self.load(first.grey.pointer(x, y))
        var sumX = SIMD4<Float>(repeating: 0), sumY = sumX, weights = sumX
        for row in grid.rows(over: y) {
            for column in columns {
                let vector = flow[column, row]
                guard let there = sample(x, y, vector) else { return false }
                let difference = there - value
                let size = difference.replacing(with: -difference, where: difference .< 0)
                let weight = 1 / size.replacing(with: 1, where: size .< 1)
                sumX += weight * vector.x
                sumY += weight * vector.y
                weights += weight
            }
        }
        (sumX, sumY) = (sumX / weights, sumY / weights)
        let result = target.pointer + (x - target.columns.lowerBound)
        for index in 0..<4 { result[index] = SIMD2(sumX[index], sumY[index]) }
        return true
    }

    /// The grey values to which four adjacent pixels move, as in `PyramidLevel.sample`; nil if these are not adjacent.
    @inline(__always)
    private func sample(_ x: Int, _ y: Int, _ vector: SIMD2<Float>) -> SIMD4<Float>? {
        let border = Float(PyramidLevel.border), width = second.grey.box.width, height = second.grey.box.height
        let column = Float(x), atY = Float(y) + vector.y + border
        let atX = SIMD4(column, column + 1, column + 2, column + 3) + vector.x + border
        guard atX[0] >= 0, atX[3] < Float(width - 2), atY >= 0, atY < Float(height - 2) else { return nil }
        let left = Int(atX[0]), top = Int(atY), start = Float(left)
        let fractionX = atX - SIMD4(start, start + 1, start + 2, start + 3), fractionY = atY - Float(top)
        guard all(fractionX .>= 0), all(fractionX .< 1) else { return nil }
        let place = second.grey.pointer(left - PyramidLevel.border, top - PyramidLevel.border), below = place + width
        let upper = Self.load(place) * (1 - fractionX) + Self.load(place + 1) * fractionX
        let lower = Self.load(below) * (1 - fractionX) + Self.load(below + 1) * fractionX
        return upper * (1 - fractionY) + lower * fractionY
    }

    @inline(__always)
    private static func load(_ pointer: UnsafePointer<Float>) -> SIMD4<Float> {
        UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Float>.self)
    }
}
