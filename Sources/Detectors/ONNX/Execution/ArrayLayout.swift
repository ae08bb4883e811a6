/// Element types of a graph's arrays. All are computed and stored in single precision, which represents integers exactly up to
/// 2^24: enough for every index of an array this program runs.
enum ElementType: Sendable {
    case float, integer, boolean
}

/// Mapping from an array's elements to offsets in a buffer: `offset + sum of index * stride`. Most operators that only move
/// elements yield another layout of the same buffer.
package struct ArrayLayout: Sendable, Equatable {
    private(set) var shape: [Int]
    private(set) var strides: [Int]
    private(set) var offset = 0

    /// Upper bound on the elements of one array: 512 MB.
    static let mostElements = 1 << 27

    /// Upper bound on the rank of an array.
    static let mostDimensions = 16

    /// Number of elements; nil for an invalid shape, so that nothing computed from sizes overflows.
    static func count(of shape: [Int]) -> Int? {
        guard shape.count <= mostDimensions else { return nil }
        var product = 1
        for size in shape {
            guard (0...mostElements).contains(size) else { return nil }
            product *= max(1, size)
            guard product <= mostElements else { return nil }
        }
        return shape.contains(0) ? 0 : product
    }

    /// Row-major.
    init(_ shape: [Int]) {
        self.init(shape, order: Array(shape.indices))
    }

    /// A dense layout.
    /// - Parameter order: the dimensions, outermost first.
    init(_ shape: [Int], order: [Int]) {
        self.shape = shape
        strides = shape
        var stride = 1
        for dimension in order.reversed() {
            strides[dimension] = stride
            stride *= shape[dimension]
        }
    }

    /// Channels-last layout of a map `[images, channels, height, width]`; row-major for other ranks.
    static func channelsLast(_ shape: [Int]) -> ArrayLayout {
        ArrayLayout(shape, order: shape.count == 4 ? [0, 2, 3, 1] : Array(shape.indices))
    }

    package var count: Int { shape.reduce(1, *) }
    var rank: Int { shape.count }

    /// True if the elements are dense in row-major order.
    var isRowMajor: Bool { reshaped([count]) != nil && (count < 2 || mergedStride == 1) }

    /// The stride of the array viewed as one row; nil if there is none.
    private var mergedStride: Int? { reshaped([count]).map { $0.strides[0] } }

    /// Dimensions by descending stride.
    var order: [Int] {
        shape.indices.sorted { (strides[$0], $1) > (strides[$1], $0) }
    }

    func transposed(_ order: [Int]) -> ArrayLayout {
        var result = self
        result.shape = order.map { shape[$0] }
        result.strides = order.map { strides[$0] }
        return result
    }

    /// - Parameters:
    ///   - start: index of the first element taken.
    ///   - step: stride between elements taken; may be negative.
    func sliced(_ axis: Int, start: Int, step: Int = 1, count: Int) -> ArrayLayout {
        var result = self
        result.shape[axis] = count
        result.strides[axis] *= step
        if count > 0 { result.offset += start * strides[axis] }
        return result
    }

    func removing(_ axes: [Int]) -> ArrayLayout {
        var result = self
        let kept = shape.indices.filter { !axes.contains($0) }
        result.shape = kept.map { shape[$0] }
        result.strides = kept.map { strides[$0] }
        return result
    }

    /// - Parameter axes: positions in the result at which dimensions of size 1 are inserted.
    func inserting(_ axes: [Int]) -> ArrayLayout {
        var result = self
        for axis in axes.sorted() {
            result.shape.insert(1, at: axis)
            result.strides.insert(0, at: axis)
        }
        return result
    }

    /// The layout broadcast to a shape by ONNX's rules; nil if the shapes do not allow it.
    func broadcast(to target: [Int]) -> ArrayLayout? {
        guard target.count >= rank else { return nil }
        var result = inserting(Array(0..<target.count - rank))
        for (dimension, size) in target.enumerated() where result.shape[dimension] != size {
            guard result.shape[dimension] == 1 else { return nil }
            result.shape[dimension] = size
            result.strides[dimension] = 0
        }
        return result
    }

    /// The shape to which both broadcast; nil if there is none.
    static func commonShape(_ left: [Int], _ right: [Int]) -> [Int]? {
        let rank = max(left.count, right.count)
        var result: [Int] = []
        for place in 0..<rank {
            let first = place < rank - left.count ? 1 : left[place - rank + left.count]
            let second = place < rank - right.count ? 1 : right[place - rank + right.count]
            guard first == second || first == 1 || second == 1 else { return nil }
            result.append(first == 1 ? second : first)
        }
        return result
    }

    /// The same elements in the same order under another shape of equal count; nil if they would have to be copied.
    func reshaped(_ target: [Int]) -> ArrayLayout? {
        if count == 0 {
            var empty = ArrayLayout(target)
            empty.offset = offset
            return empty
        }
        var result = self
        result.shape = target
        result.strides = [Int](repeating: 0, count: target.count)
        let sizes = shape.indices.filter { shape[$0] != 1 }
        var source = 0, place = 0
        while source < sizes.count {
            // The smallest groups of dimensions on both sides with equal element counts.
            var first = sizes[source], have = shape[first], end = source + 1, wanted = 1, placeEnd = place
            repeat {
                while wanted < have, placeEnd < target.count { (wanted, placeEnd) = (wanted * target[placeEnd], placeEnd + 1) }
                guard have < wanted else { break }
                guard end < sizes.count, strides[first] == strides[sizes[end]] * shape[sizes[end]] else { return nil }
                first = sizes[end]
                have *= shape[first]
                end += 1
            } while have != wanted
            guard have == wanted else { return nil }
            var stride = strides[first]
            for dimension in (place..<placeEnd).reversed() {
                result.strides[dimension] = stride
                stride *= target[dimension]
            }
            (source, place) = (end, placeEnd)
        }
        return result
    }
}
