import Tensors

/// The keys and values of one sequence, layer by layer. It belongs to one generation; a `prefix` (the beginning of a prompt,
/// or all of it) may be shared by several, and must not grow any more.
package final class KVCache {
    let prefix: KVCache?
    private let layers: [KeyValueBuffer]

    /// - Parameters:
    ///   - capacity: positions there is room for, besides the prefix's.
    ///   - format: how numbers are stored.
    package init(_ configuration: LlamaConfiguration, capacity: Int, format: KeyValueFormat, prefix: KVCache? = nil) {
        self.prefix = prefix
        layers = (0..<configuration.hiddenLayers).map { _ in
            KeyValueBuffer(
                capacity: capacity, heads: configuration.keyValueHeads, headSize: configuration.headSize, format: format)
        }
    }

    /// Positions present, the prefix's included.
    var length: Int { (prefix?.length ?? 0) + (layers.last?.count ?? 0) }

    /// Positions there is room for, besides the prefix's.
    var capacity: Int { layers.last?.capacity ?? 0 }

    /// Adds some rows of keys and values, `[rows, keyValueHeads * headSize]`, to one layer.
    func append(keys: Tensor, values: Tensor, rows: Range<Int>, layer: Int) {
        layers[layer].append(keys: keys, values: values, rows: rows)
    }

    /// Adds the same rows to every layer: a context to measure with, without the prompt it would come from.
    package func appendToAllLayers(keys: Tensor, values: Tensor) {
        for layer in layers.indices { append(keys: keys, values: values, rows: 0..<keys.rows, layer: layer) }
    }

    /// Keys and values that attention in one layer reads.
    func rows(layer: Int) -> [KeyValueRows] {
        (prefix?.rows(layer: layer) ?? []) + [layers[layer].rows]
    }

    /// Continues the sequence of `other`, which must have the same prefix.
    func copy(_ other: KVCache) {
        for (mine, theirs) in zip(layers, other.layers) { mine.copy(theirs) }
    }

    /// Goes back to the end of the prefix, and keeps the memory for another sequence.
    func removeAll() {
        for layer in layers { layer.removeAll() }
    }
}
