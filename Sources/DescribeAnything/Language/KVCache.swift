import Tensors

/// The keys and values of one sequence, layer by layer. It belongs to one generation; a `prefix` (a finished prompt)
/// may be shared by several, and must not grow any more.
package final class KVCache {
    let prefix: KVCache?
    private let layers: [(keys: RowBuffer, values: RowBuffer)]

    /// - Parameter capacity: positions there is room for, besides the prefix's.
    package init(_ configuration: LlamaConfiguration, capacity: Int, prefix: KVCache? = nil) {
        self.prefix = prefix
        let width = configuration.keyValueHeads * configuration.headSize
        layers = (0..<configuration.hiddenLayers).map { _ in
            (RowBuffer(capacity: capacity, width: width), RowBuffer(capacity: capacity, width: width))
        }
    }

    /// Positions present, the prefix's included.
    var length: Int { (prefix?.length ?? 0) + (layers.last?.keys.count ?? 0) }

    /// Adds some rows of keys and values, `[rows, keyValueHeads * headSize]`, to one layer.
    func append(keys: Tensor, values: Tensor, rows: Range<Int>, layer: Int) {
        layers[layer].keys.append(keys, rows: rows)
        layers[layer].values.append(values, rows: rows)
    }

    /// Adds the same rows to every layer: a context to measure with, without the prompt it would come from.
    package func appendToAllLayers(keys: Tensor, values: Tensor) {
        for layer in layers.indices { append(keys: keys, values: values, rows: 0..<keys.rows, layer: layer) }
    }

    /// What attention in one layer reads.
    func rows(layer: Int) -> [KeyValueRows] {
        (prefix?.rows(layer: layer) ?? []) + [KeyValueRows(keys: layers[layer].keys, values: layers[layer].values)]
    }

    /// Continues the sequence of `other`, which must have the same prefix.
    func copy(_ other: KVCache) {
        for (mine, theirs) in zip(layers, other.layers) {
            mine.keys.copy(theirs.keys)
            mine.values.copy(theirs.values)
        }
    }
}
