import Foundation
import Imaging

/// A safetensors file: a length, a JSON header that names the tensors, then their bytes. Memory-mapped, never copied. Source:
/// https://github.com/huggingface/safetensors, "Format".
package struct SafetensorsFile: Sendable {
    package let path: String
    /// By name.
    package let entries: [String: StoredTensor]

    /// The format's own limit.
    private static let longestHeader = 100_000_000

    /// - Throws: `CheckpointError` if the file is missing or truncated, the header is longer than the file or invalid, a dtype
    ///   is not F32, F16, BF16 or U8 with a description of quantised weights (`TileLayout`), sizes do not match shapes, or byte
    ///   ranges overlap or exceed the file.
    package init(path: String) throws {
        self.path = path
        let bytes = try MappedPages(path: path).bytes
        func fail(_ subject: String?, found: String, expected: String) -> CheckpointError {
            CheckpointError(file: path, subject: subject, found: found, expected: expected)
        }
        guard bytes.count >= 8 else {
            throw fail(nil, found: "\(bytes.count) bytes", expected: "at least the 8 bytes of a header's length")
        }
        let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length <= Self.longestHeader else {
            throw fail(nil, found: "a header of \(length) bytes", expected: "at most \(Self.longestHeader)")
        }
        let dataStart = 8 + Int(length)
        guard dataStart <= bytes.count else {
            throw fail(
                nil, found: "a header of \(length) bytes in a file of \(bytes.count)",
                expected: "a header that ends within the file")
        }
        let header: SafetensorsHeader
        do {
            header = try bytes.slice(8..<dataStart).withUnsafeBytes {
                try JSONDecoder().decode(SafetensorsHeader.self, from: Data($0))
            }
        } catch {
            throw fail(nil, found: "an invalid header (\(briefly(error)))",
                       expected: "a JSON object of tensors with dtype, shape and data_offsets")
        }
        var entries: [String: StoredTensor] = [:], ranges: [String: Range<Int>] = [:]
        for (name, declared) in header.tensors {
            let (dataType, shape, range) = try Self.check(
                declared, description: header.metadata[name], dataStart: dataStart, fileSize: bytes.count
            ) { fail(name, found: $0, expected: $1) }
            entries[name] = StoredTensor(dataType: dataType, shape: shape, bytes: bytes.slice(range))
            ranges[name] = range
        }
        let inOrder = ranges.sorted { $0.value.lowerBound < $1.value.lowerBound }
        for (first, second) in zip(inOrder, inOrder.dropFirst())
        where second.value.lowerBound < first.value.upperBound {
            throw fail(second.key, found: "bytes that overlap those of \(first.key)", expected: "bytes of its own")
        }
        self.entries = entries
    }

    /// Copies one tensor in single precision; nil if there is none of that name.
    package func tensor(_ name: String) -> Tensor? {
        entries[name]?.tensor
    }

    /// - Parameter description: the entry of `__metadata__` under the tensor's name.
    private static func check(
        _ declared: SafetensorsHeader.Declared, description: String?, dataStart: Int, fileSize: Int,
        fail: (String, String) -> CheckpointError
    ) throws -> (DataType, [Int], Range<Int>) {
        let dataType: DataType, shape: [Int]
        if let plain = DataType.plain.first(where: { $0.rawValue == declared.dtype }) {
            (dataType, shape) = (plain, declared.shape)
        } else if declared.dtype == "U8", let description {
            guard let quantized = StoredTensor.parse(fileDescription: description) else {
                throw fail("\"\(description)\" in __metadata__", "a format and a shape such as \"q8 2560x6912\"")
            }
            (dataType, shape) = quantized
        } else {
            let plain = DataType.plain.map(\.rawValue).joined(separator: ", ")
            throw fail("dtype \(declared.dtype)", "one of \(plain), or U8 and a format in __metadata__")
        }
        guard let size = dataType.byteCount(of: shape) else {
            throw fail("shape \(shape)", "sizes whose product is a number of bytes" + (dataType.isQuantized ? ", of a matrix" : ""))
        }
        let offsets = declared.data_offsets
        let room = fileSize - dataStart
        guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else {
            throw fail("data_offsets \(offsets)", "a begin and an end")
        }
        guard offsets[1] <= room else {
            throw fail("data_offsets \(offsets)", "offsets within the file's \(room) bytes of data")
        }
        guard offsets[1] - offsets[0] == size else {
            throw fail("\(offsets[1] - offsets[0]) bytes", "\(size) for shape \(shape) in \(dataType.rawValue)")
        }
        return (dataType, shape, dataStart + offsets[0]..<dataStart + offsets[1])
    }
}
