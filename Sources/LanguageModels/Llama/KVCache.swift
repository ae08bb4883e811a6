import Tensors

/// The KV cache of one sequence, layer by layer. It belongs to one generation. A `prefix` (the start of a prompt, or all of it)
/// may be shared by several caches and must not grow any more.
package final class KVCache {
    let prefix: KVCache?
    private let layers: [KeyValueBuffer]

    /// - Parameters:
    ///   - capacity: number of positions, not counting the prefix.
    ///   - format: storage type of keys and values.
    package init(_ configuration: LlamaConfiguration, capacity: Int, format: KeyValueFormat, prefix: KVCache? = nil) {
        self.prefix = prefix
        layers = (0..<configuration.hiddenLayers).map { _ in
            KeyValueBuffer(
                capacity: capacity, heads: configuration.keyValueHeads, headSize: configuration.headSize, format: format)
        }
    }

    /// Number of positions in use, including the prefix.
    var length: Int { (prefix?.length ?? 0) + (layers.last?.count ?? 0) }

    /// Number of positions there is room for, not counting the prefix.
    var capacity: Int { layers.last?.capacity ?? 0 }

    /// Appends rows of keys and values, `[rows, keyValueHeads * headSize]`, to one layer.
    func append(keys: Tensor, values: Tensor, rows: Range<Int>, layer: Int) {
        layers[layer].append(keys: keys, values: values, rows: rows)
    }

    /// Appends the same rows to every layer, to fill a context for measurements without prefilling a prompt.
    package func appendToAllLayers(keys: Tensor, values: Tensor) {
        for layer in layers.indices { append(keys: keys, values: values, rows: 0..<keys.rows, layer: layer) }
    }

    /// Keys and values that one layer's attention reads.
    func rows(layer: Int) -> [KeyValueRows] {
        (prefix?.rows(layer: layer) ?? []) + [layers[layer].rows]
    }

    /// Copies the positions of `other`, which must have the same prefix.
    func copy(_ other: KVCache) {
        for (mine, theirs) in zip(layers, other.layers) { mine.copy(theirs) }
    }

    /// Truncates to the prefix, and keeps the memory for another sequence.
    func removeAll() {
        for layer in layers { layer.removeAll() }
    }
}
