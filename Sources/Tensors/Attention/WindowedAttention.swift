import CKernels
import Parallelism

/// Attention within square windows of a map, for each head. Windows are gathered one at a time, so the map is never copied into
/// windows and back.
///
/// Windows at the right and bottom edges extend beyond the map, where they read `padding`, as if the map had been padded with
/// zeros before its projection to queries, keys and values.
///
/// - Parameters:
///   - projected: `[height, width, 3 * dimension]`, queries, keys and values of each position.
///   - padding: `[3 * dimension]`.
///   - pool: side of the squares of queries that are max-pooled into one (query pooling, arXiv 2306.00989).
/// - Returns: `[height / pool, width / pool, dimension]`.
package func windowedAttention(
    _ projected: Tensor, heads: Int, window: Int, padding: Tensor, pool: Int = 1, kernel: AttentionKernel = .fastest
) -> Tensor {
    let (height, width, dimension) = (projected.shape[0], projected.shape[1], projected.width / 3)
    precondition(padding.count == projected.width && dimension % heads == 0, "windowedAttention: sizes differ")
    let cutter = WindowCutter(
        start: projected.storage.start, padding: padding.storage.start, height: height, width: width,
        stride: projected.width, headSize: dimension / heads, window: window)
    let side = window / pool, outputHeight = height / pool, outputWidth = width / pool
    let across = (width + window - 1) / window, down = (height + window - 1) / window
    let size = dimension / heads, count = window * window, queries = side * side
    let sizes = KernelRowAttention(
        rows: queries, group: 1, headSize: size, valueSize: size, queryStride: size, outputStride: size,
        scale: 1 / Float(size).squareRoot())
    return Tensor([outputHeight, outputWidth, dimension]) { output in
        guard let target = output.baseAddress else { return }
        Parallel.ranges(across * down * heads, perCore: 8) { tasks in
            let scratch = TensorStorage(count: (3 * count + 2 * queries) * size)
            let query = scratch.start, keys = query + count * size, values = keys + count * size
            let pooled = values + count * size, attended = pooled + queries * size
            for task in tasks {
                let head = task % heads, left = task / heads % across, top = task / heads / across
                for (part, place) in [query, keys, values].enumerated() {
                    cutter.cut(top * window, left * window, column: part * dimension + head * size, into: place)
                }
                if pool > 1 { maxPool(query, window: window, channels: size, pool: pool, into: pooled) }
                kernel.attend(
                    sizes, pool > 1 ? pooled : query,
                    [KernelRowContext(keys: keys, values: values, count: count, stride: size)], into: attended)
                let columns = min(side, max(0, outputWidth - left * side))
                for row in 0..<min(side, max(0, outputHeight - top * side)) {
                    let place = target + ((top * side + row) * outputWidth + left * side) * dimension + head * size
                    copy(attended + row * side * size, count: columns, size, into: place, stride: dimension)
                }
            }
        }
    }
}

extension KernelRowContext {
    /// Keys and values in single precision, with rows `stride` elements apart.
    fileprivate init(keys: UnsafePointer<Float>, values: UnsafePointer<Float>, count: Int, stride: Int) {
        let bytes = stride * MemoryLayout<Float>.stride
        self.init(
            keys: keys, values: values, count: count, keyStride: bytes, valueStride: bytes, type: KernelF32, isCausal: 0, before: 0,
            marks: nil)
    }
}

/// Copies contiguous rows of `size` elements to rows `stride` apart.
private func copy(
    _ source: UnsafePointer<Float>, count: Int, _ size: Int, into target: UnsafeMutablePointer<Float>, stride: Int
) {
    for row in 0..<count { (target + row * stride).update(from: source + row * size, count: size) }
}

/// Gathers one head's elements of one window from a map.
private struct WindowCutter: @unchecked Sendable {
    // Sendable because it only reads, and lives within the call that owns the memory.
    let start: UnsafePointer<Float>
    let padding: UnsafePointer<Float>
    let height: Int
    let width: Int
    let stride: Int
    let headSize: Int
    let window: Int

    func cut(_ top: Int, _ left: Int, column: Int, into target: UnsafeMutablePointer<Float>) {
        for row in 0..<window {
            for place in 0..<window {
                let isInside = top + row < height && left + place < width
                let source = isInside ? start + ((top + row) * width + left + place) * stride : padding
                (target + (row * window + place) * headSize).update(from: source + column, count: headSize)
            }
        }
    }
}

/// Max-pools squares within one window; incomplete squares at the right and bottom are ignored.
private func maxPool(
    _ window: UnsafePointer<Float>, window side: Int, channels: Int, pool: Int, into target: UnsafeMutablePointer<Float>
) {
    let pooled = side / pool
    for place in 0..<pooled * pooled {
        let top = place / pooled * pool, left = place % pooled * pool
        let line = target + place * channels
        line.update(from: window + (top * side + left) * channels, count: channels)
        for other in 1..<pool * pool {
            let input = window + ((top + other / pool) * side + left + other % pool) * channels
            for channel in 0..<channels { line[channel] = max(line[channel], input[channel]) }
        }
    }
}
