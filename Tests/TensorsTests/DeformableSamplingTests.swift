import Tensors
import Testing

/// If these fail, queries read the wrong places of a picture's features: boxes and masks drift.
struct DeformableSamplingTests {
    /// The definition, in double precision.
    private func defined(_ map: Tensor, _ places: [Float], _ weights: [Float], heads: Int, points: Int) -> [Double] {
        let (height, width, channels) = (map.shape[0], map.shape[1], map.shape[2]), size = channels / heads, map = map.array
        var result = [Double](repeating: 0, count: weights.count / points * size)
        for index in weights.indices where places[2 * index].isFinite && places[2 * index + 1].isFinite {
            let line = index / points
            let x = Double(places[2 * index]) * Double(width) - 0.5, y = Double(places[2 * index + 1]) * Double(height) - 0.5
            for row in 0..<height {
                for column in 0..<width {
                    let share = max(0, 1 - abs(x - Double(column))) * max(0, 1 - abs(y - Double(row))) * Double(weights[index])
                    guard share != 0 else { continue }
                    let cell = (row * width + column) * channels + line % heads * size
                    for channel in 0..<size { result[line * size + channel] += share * Double(map[cell + channel]) }
                }
            }
        }
        return result
    }

    /// Head sizes on both sides of the vectors' width, every set of the machine, places inside, at the edges and outside.
    @Test(arguments: [1, 5, 16, 19, 32, 40], AttentionKernel.all.indices)
    func equalsTheDefinition(headSize: Int, kernel: Int) {
        let heads = 3, points = 4, queries = 37
        let map = Tensor.random([5, 7, heads * headSize], seed: 1)
        var places = Tensor.random([queries, heads * points * 2], seed: 2).array.map { 0.5 + 0.8 * $0 }
        let special: [Float] = [0, 1, -0.1, 1.1, 0.5 / 7, 1 - 0.5 / 7, .nan, .infinity, -.infinity, 1e30, -1e30, 0.5]
        for (index, value) in special.enumerated() { places[5 * index] = value }
        let weights = Tensor.random([queries, heads * points], seed: 3)
        let output = deformableSampling(
            of: map, places: Tensor([queries, heads * points * 2], values: places), weights: weights, heads: heads,
            kernel: AttentionKernel.all[kernel])
        #expect(output.shape == [queries, heads * headSize])
        let wanted = defined(map, places, weights.array, heads: heads, points: points)
        let largest = zip(output.array, wanted).reduce(0.0) { max($0, $1.0.isNaN ? .infinity : abs(Double($1.0) - $1.1)) }
        #expect(largest < 2e-5, "\(largest)")
    }
}
