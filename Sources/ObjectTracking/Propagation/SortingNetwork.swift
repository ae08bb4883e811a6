/// A sorting network: pairs of positions that, put in order one after the other, sort any values of a given count. The same
/// comparisons serve many rows of values at once. Source: Batcher's merge exchange, Knuth, The Art of Computer Programming,
/// volume 3, 5.2.2, algorithm M.
package struct SortingNetwork {
    /// Number of values.
    package let count: Int
    package private(set) var pairs: [(lower: Int, upper: Int)] = []

    package init(_ count: Int) {
        self.count = count
        guard count > 1 else { return }
        let largest = 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount - 1)
        var part = largest
        while part > 0 {
            add(part, largest)
            part /= 2
        }
    }

    /// Pairs of one pass, over decreasing distances.
    private mutating func add(_ part: Int, _ largest: Int) {
        var (step, rest, distance) = (largest, 0, part)
        while true {
            for place in 0..<max(0, count - distance) where place & part == rest { pairs.append((place, place + distance)) }
            guard step != part else { return }
            (distance, rest) = (step - part, part)
            step /= 2
        }
    }
}
