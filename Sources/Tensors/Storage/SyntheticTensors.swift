import Parallelism

/// Random tensors of any requested name and shape, for measuring a model without a checkpoint.
///
/// Magnitudes are those of trained weights: +-1/64 to 1/32 (a standard deviation of 0.024), and 1 to 2 for a vector called
/// `weight`, which belongs to a norm. Sign and fraction are random and the exponent (for quantised ones, the scale) is fixed, so
/// each type's bits are generated directly, at memory speed. Equal seeds give equal numbers.
package struct SyntheticTensors: TensorSource {
    let dataType: DataType
    let seed: UInt64

    package init(_ dataType: DataType, seed: UInt64 = 0) {
        self.dataType = dataType
        self.seed = seed
    }

    package var path: String { "random weights" }

    package func contains(_ name: String) -> Bool { true }

    /// - Throws: `CheckpointError` if the tensor is too large for any memory.
    package func find(_ name: String, shape: [Int]) throws -> (bytes: MappedBytes, dataType: DataType) {
        // Vectors of a quantised checkpoint are not quantised.
        let dataType = dataType.isQuantized && shape.count < 2 ? .f16 : dataType
        guard let size = dataType.byteCount(of: shape), size < Int.max / 2 else {
            throw CheckpointError(file: path, subject: name, found: "shape \(shape)", expected: "one that fits memory")
        }
        let isNorm = shape.count == 1 && (name == "weight" || name.hasSuffix(".weight"))
        // Filled eight bytes at a time.
        let count = (size + 7) / 8, storage = TensorStorage(byteCount: count * 8)
        let start = UnsafeMutableRawPointer(storage.start).bindMemory(to: UInt64.self, capacity: count)
        let words = UnsafeMutableBufferPointer(start: start, count: count)
        fill(words, pattern: isNorm ? dataType.normPattern : dataType.weightPattern, name: name)
        if let scales = dataType.tileScales { setScales(words, scales) }
        return (storage.bytes.slice(0..<size), dataType)
    }

    /// Sets the scales of tiles of random numbers, so that their magnitudes match those of the other types.
    private func setScales(_ words: UnsafeMutableBufferPointer<UInt64>, _ scales: (words: Int, value: UInt64)) {
        nonisolated(unsafe) let words = words
        let tile = TileLayout.tileBytes(dataType) / 8
        Parallel.ranges(words.count / tile, minimum: 1024) { tiles in
            for number in tiles { words[number * tile..<number * tile + scales.words].update(repeating: scales.value) }
        }
    }

    private func fill(_ words: UnsafeMutableBufferPointer<UInt64>, pattern: BitPattern, name: String) {
        // FNV-1a: each tensor has its own random sequence.
        let own = name.utf8.reduce(seed ^ 0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        nonisolated(unsafe) let words = words
        // Blocks of fixed size, so that the numbers do not depend on the number of cores.
        let block = 1 << 14
        Parallel.forEach((words.count + block - 1) / block) { number in
            var random = SplitMix64(state: own)
            random.state = random.next() ^ UInt64(number)
            for index in number * block..<min(words.count, (number + 1) * block) {
                words[index] = random.next() & pattern.drawn | pattern.fixed
            }
        }
    }
}

/// The random bits within eight bytes of weights, and the values of the others.
struct BitPattern {
    let drawn: UInt64
    let fixed: UInt64

    init(drawn: UInt64, fixed: UInt64, bits: Int) {
        let repeats = stride(from: 0, to: 64, by: bits)
        self.drawn = repeats.reduce(0) { $0 | drawn << $1 }
        self.fixed = repeats.reduce(0) { $0 | fixed << $1 }
    }
}

extension DataType {
    /// Random sign and fraction, an exponent of -6.
    fileprivate var weightPattern: BitPattern {
        switch self {
        case .f32: BitPattern(drawn: 0x807f_ffff, fixed: (127 - 6) << 23, bits: 32)
        case .f16: BitPattern(drawn: 0x83ff, fixed: (15 - 6) << 10, bits: 16)
        case .bf16: BitPattern(drawn: 0x807f, fixed: (127 - 6) << 7, bits: 16)
        case .q8, .q4: BitPattern(drawn: .max, fixed: 0, bits: 64)
        }
    }

    /// Random fraction, positive, an exponent of 0.
    fileprivate var normPattern: BitPattern {
        switch self {
        case .f32: BitPattern(drawn: 0x007f_ffff, fixed: 127 << 23, bits: 32)
        case .f16: BitPattern(drawn: 0x03ff, fixed: 15 << 10, bits: 16)
        case .bf16: BitPattern(drawn: 0x007f, fixed: 127 << 7, bits: 16)
        case .q8, .q4: weightPattern
        }
    }

    /// Scales of a tile: the number of words its 16 scales take, and their value, which is 0.024 divided by the standard
    /// deviation of uniformly random quantised values. nil for types that are not quantised.
    fileprivate var tileScales: (words: Int, value: UInt64)? {
        switch self {
        case .f32, .f16, .bf16: nil
        case .q8: (8, UInt64(Float(0.024 / 73.9).bitPattern) * 0x1_0000_0001)
        case .q4: (4, UInt64(Float(0.024 / 21.5).bitPattern >> 16) * 0x1_0001_0001_0001)
        }
    }
}

extension Tensor {
    /// Random numbers from -1 to 1, equal for equal seeds, for measuring a stage.
    package static func random(_ shape: [Int], seed: UInt64 = 0) -> Tensor {
        var random = SplitMix64(state: seed)
        return Tensor(shape) { output in
            for index in output.indices { output[index] = Float(2 * random.uniform() - 1) }
        }
    }
}
