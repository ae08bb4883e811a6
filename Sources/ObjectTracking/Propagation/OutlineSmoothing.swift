import Imaging
import Parallelism

/// Makes neighbouring pixels of like colour agree: mean-field inference in a grid of pairwise terms that weigh less
/// across edges. Source: contrast-sensitive Potts model of Boykov and Jolly, 2001; solved as Krähenbühl and Koltun,
/// arXiv 1210.5644, do, with four neighbours instead of all.
enum OutlineSmoothing {
    private static let strength: Float = 1.6
    private static let rounds = 8

    /// - Parameter odds: log-odds of each pixel by itself.
    /// - Returns: the chance of each pixel.
    static func smoothed(_ odds: Field, frame: WorkingFrame) -> Field {
        let box = odds.box, width = box.width, height = box.height
        var (right, below) = contrast(box, frame)
        for index in right.indices { right[index] *= strength }
        for index in below.indices { below[index] *= strength }
        var current = Field(box: box, values: odds.values.map { 2 * logistic($0) - 1 }), next = current
        for _ in 0..<rounds {
            current.values.withUnsafeBufferPointer { state in
                next.values.withUnsafeMutableBufferPointer { result in
                    nonisolated(unsafe) let result = result
                    Parallel.fixedRanges(height, minimum: 64) { rows in
                        for row in rows {
                            for column in 0..<width {
                                let place = row * width + column
                                var sum = odds.values[place]
                                if column > 0 { sum += right[place - 1] * state[place - 1] }
                                if column + 1 < width { sum += right[place] * state[place + 1] }
                                if row > 0 { sum += below[place - width] * state[place - width] }
                                if row + 1 < height { sum += below[place] * state[place + width] }
                                result[place] = 2 * logistic(sum) - 1
                            }
                        }
                    }
                }
            }
            swap(&current, &next)
        }
        return Field(box: box, values: current.values.map { ($0 + 1) / 2 })
    }

    /// Weight of the bond from each pixel to its right and its lower neighbour: 1 within a surface, 0.1 across an edge.
    private static func contrast(_ box: BoundingBox, _ frame: WorkingFrame) -> (right: [Float], below: [Float]) {
        var right = [Float](repeating: 0, count: box.width * box.height), below = right
        func difference(_ place: Int, _ other: Int) -> Float {
            var sum = 0
            for channel in 0..<3 {
                let step = Int(frame.rgb[place * 3 + channel]) - Int(frame.rgb[other * 3 + channel])
                sum += step * step
            }
            return Float(sum)
        }
        var total: Float = 0
        for row in 0..<box.height {
            for column in 0..<box.width {
                let index = row * box.width + column
                let place = (box.top + row) * frame.width + box.left + column
                if column + 1 < box.width { right[index] = difference(place, place + 1) }
                if row + 1 < box.height { below[index] = difference(place, place + frame.width) }
                total += right[index] + below[index]
            }
        }
        let scale = -Float(right.count) / (total + 1)
        for index in right.indices {
            right[index] = 0.1 + 0.9 * exponential(scale * right[index])
            below[index] = 0.1 + 0.9 * exponential(scale * below[index])
        }
        return (right, below)
    }
}
