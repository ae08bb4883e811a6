import CKernels

/// Layout of a quantised matrix in memory and in a safetensors file.
///
/// It is divided into tiles of 16 rows x 64 columns, zero-padded in both directions, in the order the kernels read them (see
/// `QuantizedKernels.h` for a tile's bytes). A file stores it as a tensor of dtype U8 and shape `[tiles of rows, tiles of
/// columns, bytes of a tile]`, which any reader of the format can open, and describes it in `__metadata__` under the tensor's
/// name: `"q8 2560x6912"`, the type and the matrix's shape. It is mapped and read in place; tiles are best aligned to 64 bytes.
package enum TileLayout {
    /// Matrix rows per tile.
    static let rows = KernelTileOutputs
    static let columns = KernelTileColumns

    static func tileBytes(_ type: DataType) -> Int {
        type == .q8 ? KernelQ8TileBytes : KernelQ4TileBytes
    }

    /// `[tiles of rows, tiles of columns, bytes of a tile]`.
    static func storedShape(_ type: DataType, rows: Int, columns: Int) -> [Int] {
        func tiles(_ count: Int, _ size: Int) -> Int { count / size + (count % size == 0 ? 0 : 1) }
        return [tiles(rows, self.rows), tiles(columns, self.columns), tileBytes(type)]
    }
}

extension StoredTensor {
    /// Shape in a safetensors file; for a quantised tensor, that of its bytes.
    package var fileShape: [Int] { dataType.fileShape(of: shape) }

    /// Description of a quantised tensor in a safetensors file's `__metadata__` under its name; nil for others.
    package var fileDescription: String? { dataType.fileDescription(of: shape) }

    /// Type and shape in such a description; nil if it is not one.
    static func parse(fileDescription: String) -> (dataType: DataType, shape: [Int])? {
        let words = fileDescription.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, let dataType = DataType(rawValue: words[0].uppercased()), dataType.isQuantized else { return nil }
        let sizes = words[1].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        let shape = sizes.compactMap(\.self)
        return shape.count == sizes.count ? (dataType, shape) : nil
    }
}

extension DataType {
    /// Shape in a safetensors file of a tensor of this type and `shape`, which must be that of a matrix for quantised types.
    func fileShape(of shape: [Int]) -> [Int] {
        isQuantized ? TileLayout.storedShape(self, rows: shape[0], columns: shape.dropFirst().reduce(1, *)) : shape
    }

    /// Description in the file's `__metadata__`; nil for types that are not quantised.
    func fileDescription(of shape: [Int]) -> String? {
        isQuantized ? "\(rawValue.lowercased()) " + shape.map(String.init).joined(separator: "x") : nil
    }
}
