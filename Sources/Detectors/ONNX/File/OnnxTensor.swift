import Foundation
import Tensors

/// A tensor as stored in the file.
struct OnnxTensor {
    /// `TensorProto.DataType`, as far as supported.
    enum DataType: Int {
        case float = 1, uint8 = 2, int8 = 3, uint16 = 4, int16 = 5, int32 = 6, int64 = 7, bool = 9, float16 = 10, double = 11
        case uint32 = 12, uint64 = 13, bfloat16 = 16

        var byteCount: Int {
            switch self {
            case .uint8, .int8, .bool: 1
            case .uint16, .int16, .float16, .bfloat16: 2
            case .float, .int32, .uint32: 4
            case .int64, .uint64, .double: 8
            }
        }

        var element: ElementType {
            switch self {
            case .float, .float16, .double, .bfloat16: .float
            case .bool: .boolean
            default: .integer
            }
        }
    }

    var name = ""
    var shape: [Int] = []
    var dataType = 0
    var raw: ArraySlice<UInt8>?
    var floats: [Float] = []
    var doubles: [Double] = []
    /// `int32_data`, `int64_data` and `uint64_data`, including bit patterns of half-precision numbers.
    var integers: [Int] = []
    /// Location of the bytes if in another file: `location`, `offset` and `length`.
    var external: [String: String] = [:]
    var isExternal = false
}

extension OnnxTensor {
    /// The values in single precision, and their type.
    /// - Parameter file: path of the model.
    /// - Throws: `CheckpointError` if the type is not supported, or the number of values does not match the shape.
    func values(file: String) throws -> (type: ElementType, values: [Float]) {
        func error(found: String, expected: String) -> CheckpointError {
            CheckpointError(file: file, subject: "tensor \(name)", found: found, expected: expected)
        }
        guard let type = DataType(rawValue: dataType) else {
            throw error(found: "data of type \(dataType)", expected: "numbers of 8 to 64 bits")
        }
        guard let count = ArrayLayout.count(of: shape) else {
            throw error(found: "shape \(shape)", expected: "at most \(ArrayLayout.mostElements) numbers")
        }
        var values: [Float]
        if isExternal {
            values = Self.numbers(try externalBytes(file: file, count: count * type.byteCount), type)
        } else if let raw {
            values = Self.numbers(raw, type)
        } else if type == .float16 {
            values = integers.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) }
        } else if type == .bfloat16 {
            values = integers.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) }
        } else {
            values = floats + doubles.map(Float.init) + integers.map(Float.init)
        }
        guard values.count == count else {
            throw error(found: "\(values.count) numbers", expected: "\(count), as its shape \(shape) says")
        }
        if type.element == .boolean { values = values.map { $0 == 0 ? 0 : 1 } }
        return (type.element, values)
    }

    private static func numbers(_ bytes: ArraySlice<UInt8>, _ type: DataType) -> [Float] {
        func read<Stored>(_: Stored.Type, _ widen: (Stored) -> Float) -> [Float] {
            bytes.withUnsafeBytes { bytes in
                let size = MemoryLayout<Stored>.size
                // Excess bytes are rounded up to an element, so that the caller's check of the count fails.
                let count = bytes.count / size + (bytes.count % size == 0 ? 0 : 1)
                return (0..<count).map { index in
                    (index + 1) * size <= bytes.count
                        ? widen(bytes.loadUnaligned(fromByteOffset: index * size, as: Stored.self)) : .nan
                }
            }
        }
        switch type {
        case .float: return read(UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
        case .double: return read(UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
        case .float16: return read(UInt16.self) { Float(Float16(bitPattern: UInt16(littleEndian: $0))) }
        case .bfloat16: return read(UInt16.self) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
        case .uint8, .bool: return read(UInt8.self) { Float($0) }
        case .int8: return read(Int8.self) { Float($0) }
        case .uint16: return read(UInt16.self) { Float(UInt16(littleEndian: $0)) }
        case .int16: return read(Int16.self) { Float(Int16(littleEndian: $0)) }
        case .uint32: return read(UInt32.self) { Float(UInt32(littleEndian: $0)) }
        case .int32: return read(Int32.self) { Float(Int32(littleEndian: $0)) }
        case .uint64: return read(UInt64.self) { Float(UInt64(littleEndian: $0)) }
        case .int64: return read(Int64.self) { Float(Int64(littleEndian: $0)) }
        }
    }
}
