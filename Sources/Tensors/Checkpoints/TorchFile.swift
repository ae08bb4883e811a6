/// The tensors of a state dictionary written by `torch.save`: a zip archive of raw storages and a pickle that describes the
/// tensors in them. Memory-mapped, never copied; nothing in it is ever executed. Source: PyTorch's `torch/serialization.py` and
/// "Serialization semantics" in its documentation.
package struct TorchFile: Sendable {
    package let path: String
    /// By name in the state dictionary.
    package let tensors: [String: StoredTensor]

    /// A state dictionary's pickle has only names and shapes, some hundred bytes per tensor.
    private static let longestPickle = 16 << 20

    /// - Parameter key: key of the state dictionary in a file with a dictionary of several objects; a file that is itself a
    ///   state dictionary is accepted as well.
    /// - Throws: `CheckpointError` if the file is missing, not such an archive or truncated, its pickle needs anything but
    ///   tensors and dictionaries, or a tensor is not F32, F16 or BF16, is not contiguous or exceeds its storage.
    package init(path: String, key: String = "model") throws {
        self.path = path
        let file = try MappedPages(path: path).bytes
        guard ZipDirectory.isArchive(file) else {
            throw CheckpointError(file: path, found: "no zip archive", expected: "a file written by torch.save since PyTorch 1.6")
        }
        let archive = TorchArchive(path: path, bytes: file, entries: try ZipDirectory(file, path: path).entries)
        let pickles = archive.entries.keys.filter { $0.hasSuffix("/data.pkl") || $0 == "data.pkl" }
        guard pickles.count == 1, let name = pickles.first, let range = archive.entries[name] else {
            throw CheckpointError(file: path, found: "\(pickles.count) files data.pkl", expected: "one")
        }
        guard range.count <= Self.longestPickle else {
            throw CheckpointError(
                file: path, subject: name, found: "\(range.count) bytes", expected: "at most \(Self.longestPickle)")
        }
        let folder = String(name.dropLast("data.pkl".count))
        if let order = archive.entries[folder + "byteorder"], !file.slice(order).withUnsafeBytes({ $0.elementsEqual("little".utf8) }) {
            throw CheckpointError(file: path, subject: folder + "byteorder", found: "another byte order", expected: "little")
        }
        let pickle = try file.slice(range).withUnsafeBytes { bytes in
            try PickleReader.read(bytes) { CheckpointError(file: path, subject: name, found: $0, expected: $1) }
        }
        tensors = try Self.stateDictionary(pickle, key: key, path: path).reduce(into: [:]) { tensors, pair in
            guard case .string(let tensorName) = pair.key else {
                throw CheckpointError(file: path, subject: name, found: "a key that is not a string", expected: "tensors' names")
            }
            guard case .tensor = pair.value, let arguments = pickle.items(pair.value) else {
                throw CheckpointError(file: path, subject: tensorName, found: "something else", expected: "a tensor")
            }
            let tensor = try archive.tensor(tensorName, arguments, of: pickle, folder: folder)
            guard tensors.updateValue(tensor, forKey: tensorName) == nil else {
                throw CheckpointError(file: path, subject: tensorName, found: "two tensors of this name", expected: "one")
            }
        }
    }

    private static func stateDictionary(
        _ pickle: Pickle, key: String, path: String
    ) throws -> [(key: PickleValue, value: PickleValue)] {
        guard let pairs = pickle.pairs(pickle.root) else {
            throw CheckpointError(file: path, found: "no dictionary", expected: "a state dictionary")
        }
        guard let nested = pairs.last(where: { $0.key == .string(key) }), case .dictionary = nested.value else { return pairs }
        return pickle.pairs(nested.value) ?? []
    }
}

/// An archive's storages, and the tensors in them.
private struct TorchArchive {
    let path: String
    let bytes: MappedBytes
    let entries: [String: Range<Int>]

    private static let storages: [String: DataType] = [
        "torch.FloatStorage": .f32, "torch.HalfStorage": .f16, "torch.BFloat16Storage": .bf16,
    ]

    /// - Parameter arguments: those of `_rebuild_tensor_v2`: storage, offset, size, stride, and others that only training needs.
    func tensor(_ name: String, _ arguments: [PickleValue], of pickle: Pickle, folder: String) throws -> StoredTensor {
        func fail(_ found: String, _ expected: String) -> CheckpointError {
            CheckpointError(file: path, subject: name, found: found, expected: expected)
        }
        guard arguments.count >= 4, case .storage = arguments[0], let storage = pickle.items(arguments[0]),
            case .integer(let offset) = arguments[1], let shape = pickle.integers(arguments[2]),
            let strides = pickle.integers(arguments[3]), shape.count == strides.count, storage.count == 5,
            storage[0] == .string("storage"), case .global(let kind) = storage[1], case .string(let key) = storage[2],
            case .integer(let storageCount) = storage[4]
        else { throw fail("an unknown description of a tensor", "a storage, an offset, a size and strides") }
        guard let dataType = Self.storages[kind] else {
            throw fail(kind, "one of " + Self.storages.keys.sorted().joined(separator: ", "))
        }
        var count = 1
        for (dimension, stride) in zip(shape, strides).reversed() {
            guard dimension == 1 || stride == count else {
                throw fail("strides \(strides) for shape \(shape)", "a contiguous tensor")
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { throw fail("shape \(shape)", "sizes whose product is a number") }
            count = product
        }
        guard let entry = entries[folder + "data/" + key] else { throw fail("no file data/\(key)", "the tensor's storage") }
        let (size, overflow) = storageCount.multipliedReportingOverflow(by: dataType.byteCount)
        guard !overflow, size == entry.count else {
            throw fail("\(entry.count) bytes in data/\(key)", "\(storageCount) numbers of \(dataType.byteCount) bytes")
        }
        guard offset >= 0, count <= storageCount, offset <= storageCount - count else {
            throw fail("\(count) numbers from \(offset) in a storage of \(storageCount)", "a tensor within its storage")
        }
        let start = entry.lowerBound + offset * dataType.byteCount
        return StoredTensor(
            dataType: dataType, shape: shape, bytes: bytes.slice(start..<start + count * dataType.byteCount))
    }
}

extension Pickle {
    /// A tuple of integers; nil for anything else.
    fileprivate func integers(_ value: PickleValue) -> [Int]? {
        guard case .tuple = value, let items = items(value) else { return nil }
        var result: [Int] = []
        for item in items {
            guard case .integer(let number) = item else { return nil }
            result.append(number)
        }
        return result
    }
}
