import Files
import Foundation
import Tensors

/// Reads ONNX files: ModelProto of onnx.proto, in the protobuf wire format. Field numbers are that file's.
struct OnnxModelReader {
    let path: String

    /// - Throws: `CheckpointError` if the file is unreadable, not such a message or truncated.
    static func read(_ path: String) throws -> OnnxModel {
        guard FileStatus(path)?.isRegular == true, let bytes = fileContents(path) else {
            throw CheckpointError(file: path, found: "no readable file", expected: "an ONNX model")
        }
        return try OnnxModelReader(path: path).model([UInt8](bytes))
    }

    func model(_ bytes: [UInt8]) throws -> OnnxModel {
        var model = OnnxModel(path: path), hasGraph = false
        try ProtobufReader.Value.bytes(bytes[...]).forEachField("model", in: path) { number, value in
            switch number {
            case 7:
                hasGraph = true
                try readGraph(value, into: &model.graph)
            case 8:
                let (domain, version) = try operatorSet(value)
                if domain.isEmpty || domain == "ai.onnx" { model.opset = version }
            case 14:
                let (key, text) = try entry(value)
                model.metadata[key] = text
            default: break
            }
        }
        guard hasGraph, !model.graph.nodes.isEmpty else {
            throw CheckpointError(file: path, found: "no graph", expected: "an ONNX model")
        }
        return model
    }

    private func readGraph(_ value: ProtobufReader.Value, into graph: inout OnnxGraph) throws {
        try value.forEachField("graph", in: path) { number, value in
            switch number {
            case 1: graph.nodes.append(try node(value, "node \(graph.nodes.count)"))
            case 5:
                let tensor = try tensor(value)
                graph.initializers[tensor.name] = tensor
            case 11: graph.inputs.append(try port(value))
            case 12: graph.outputs.append(try port(value))
            case 15: throw CheckpointError(file: path, found: "sparse tensors", expected: "dense ones")
            default: break
            }
        }
    }

    private func operatorSet(_ value: ProtobufReader.Value) throws -> (domain: String, version: Int) {
        var domain = "", version = 0
        try value.forEachField("opset_import", in: path) { number, value in
            switch number {
            case 1: domain = try text(value, "domain")
            case 2: version = try integer(value, "version")
            default: break
            }
        }
        return (domain, version)
    }

    private func entry(_ value: ProtobufReader.Value) throws -> (String, String) {
        var key = "", text = ""
        try value.forEachField("entry", in: path) { number, value in
            switch number {
            case 1: key = try self.text(value, "key")
            case 2: text = try self.text(value, "value")
            default: break
            }
        }
        return (key, text)
    }

    private func node(_ value: ProtobufReader.Value, _ name: String) throws -> OnnxNode {
        var node = OnnxNode()
        try value.forEachField(name, in: path) { number, value in
            switch number {
            case 1: node.inputs.append(try text(value, name))
            case 2: node.outputs.append(try text(value, name))
            case 3: node.name = try text(value, name)
            case 4: node.operation = try text(value, name)
            case 5:
                let (key, attribute) = try attribute(value, name)
                node.attributes[key] = attribute
            case 7: node.domain = try text(value, name)
            default: break
            }
        }
        return node
    }

    private func attribute(_ value: ProtobufReader.Value, _ name: String) throws -> (String, OnnxAttribute) {
        var key = "", attribute = OnnxAttribute()
        try value.forEachField("attribute of \(name)", in: path) { number, value in
            switch number {
            case 1: key = try text(value, name)
            case 2: attribute.float = try value.float(name, in: path)
            case 3: attribute.integer = try integer(value, name)
            case 4: attribute.text = try text(value, name)
            case 5: attribute.tensor = try tensor(value)
            case 7: try readFloats(value, into: &attribute.floats)
            case 8: try readIntegers(value, into: &attribute.integers)
            default: break
            }
        }
        return (key, attribute)
    }
}

// Tensors, and values of the types that the proto declares.
extension OnnxModelReader {
    private func tensor(_ value: ProtobufReader.Value) throws -> OnnxTensor {
        var tensor = OnnxTensor()
        try value.forEachField("tensor", in: path) { number, value in
            switch number {
            case 1: try readIntegers(value, into: &tensor.shape)
            case 2: tensor.dataType = try integer(value, "data_type")
            case 4: try readFloats(value, into: &tensor.floats)
            case 5, 7, 11: try readIntegers(value, into: &tensor.integers)
            case 8: tensor.name = try text(value, "name")
            case 9: tensor.raw = try value.bytes("raw_data", in: path)
            case 10: try readDoubles(value, into: &tensor.doubles)
            case 13:
                let (key, text) = try entry(value)
                tensor.external[key] = text
            case 14: tensor.isExternal = try integer(value, "data_location") == 1
            default: break
            }
        }
        return tensor
    }

    /// An input or output of the graph, ValueInfoProto.
    private func port(_ value: ProtobufReader.Value) throws -> OnnxPort {
        var port = OnnxPort()
        try value.forEachField("input", in: path) { number, value in
            if number == 1 { port.name = try text(value, "name") }
            guard number == 2 else { return }
            try value.forEachField("type", in: path) { number, value in
                if number == 1 { try readTensorType(value, into: &port) }
            }
        }
        return port
    }

    private func readTensorType(_ value: ProtobufReader.Value, into port: inout OnnxPort) throws {
        try value.forEachField("tensor type", in: path) { number, value in
            if number == 1 { port.type = try integer(value, "elem_type") }
            guard number == 2 else { return }
            try value.forEachField("shape", in: path) { number, value in
                if number == 1 { port.shape.append(try dimension(value)) }
            }
        }
    }

    private func dimension(_ value: ProtobufReader.Value) throws -> Int? {
        var size: Int?
        try value.forEachField("dimension", in: path) { number, value in
            if number == 1 { size = try integer(value, "dim_value") }
        }
        // Exporters write 0 or less for a dynamic size.
        return size.flatMap { $0 > 0 ? $0 : nil }
    }

    private func text(_ value: ProtobufReader.Value, _ name: String) throws -> String {
        String(decoding: try value.bytes(name, in: path), as: UTF8.self)
    }

    private func integer(_ value: ProtobufReader.Value, _ name: String) throws -> Int {
        Int(truncatingIfNeeded: try value.integer(name, in: path))
    }

    /// Reads integers, packed or not.
    private func readIntegers(_ value: ProtobufReader.Value, into numbers: inout [Int]) throws {
        guard case .bytes(let bytes) = value else { return numbers.append(try integer(value, "numbers")) }
        var reader = ProtobufReader(bytes, file: path, message: "numbers")
        while let number = try reader.nextNumber() { numbers.append(Int(truncatingIfNeeded: number)) }
    }

    private func readFloats(_ value: ProtobufReader.Value, into numbers: inout [Float]) throws {
        guard case .bytes(let bytes) = value else { return numbers.append(try value.float("numbers", in: path)) }
        numbers += try littleEndian(bytes, UInt32.self).map { Float(bitPattern: $0) }
    }

    private func readDoubles(_ value: ProtobufReader.Value, into numbers: inout [Double]) throws {
        if case .fixed64(let bits) = value { return numbers.append(Double(bitPattern: bits)) }
        numbers += try littleEndian(try value.bytes("numbers", in: path), UInt64.self).map { Double(bitPattern: $0) }
    }

    private func littleEndian<Bits: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, _: Bits.Type) throws -> [Bits] {
        let size = MemoryLayout<Bits>.size
        guard bytes.count % size == 0 else {
            throw CheckpointError(
                file: path, subject: "numbers", found: "\(bytes.count) bytes", expected: "a multiple of \(size)")
        }
        return bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / size).map { Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Bits.self)) }
        }
    }
}
