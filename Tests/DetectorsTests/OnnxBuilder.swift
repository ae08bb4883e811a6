import Foundation

/// Writes valid and invalid ONNX files.
struct OnnxBuilder {
    /// A message of the protobuf wire format.
    struct Message {
        private(set) var bytes: [UInt8] = []

        private mutating func varint(_ value: UInt64) {
            var rest = value
            while rest > 0x7F {
                bytes.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }

        mutating func add(_ field: Int, _ value: Int) {
            varint(UInt64(field) << 3)
            varint(UInt64(bitPattern: Int64(value)))
        }

        mutating func add(_ field: Int, _ content: [UInt8]) {
            varint(UInt64(field) << 3 | 2)
            varint(UInt64(content.count))
            bytes += content
        }

        mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }
        mutating func add(_ field: Int, _ message: Message) { add(field, message.bytes) }

        mutating func add(_ field: Int, _ value: Float) {
            varint(UInt64(field) << 3 | 5)
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
        }
    }

    enum Attribute {
        case integer(Int), float(Float), integers([Int]), text(String)
    }

    var opset = 17
    var metadata: [(String, String)] = []
    private var graph = Message()

    init() {}

    mutating func input(_ name: String, _ shape: [Int], type: Int = 1) { port(11, name, shape, type) }
    mutating func output(_ name: String) { port(12, name, [], 1) }

    private mutating func port(_ field: Int, _ name: String, _ shape: [Int], _ type: Int) {
        var dimensions = Message()
        for size in shape {
            var dimension = Message()
            if size > 0 { dimension.add(1, size) } else { dimension.add(2, "open") }
            dimensions.add(1, dimension)
        }
        var tensor = Message(), kind = Message(), port = Message()
        tensor.add(1, type)
        tensor.add(2, dimensions)
        kind.add(1, tensor)
        port.add(1, name)
        port.add(2, kind)
        graph.add(field, port)
    }

    mutating func node(
        _ operation: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
        _ attributes: [(String, Attribute)] = []
    ) {
        var node = Message()
        for input in inputs { node.add(1, input) }
        for output in outputs { node.add(2, output) }
        node.add(3, name)
        node.add(4, operation)
        node.add(7, domain)
        for (name, value) in attributes {
            var attribute = Message()
            attribute.add(1, name)
            switch value {
            case .integer(let number): attribute.add(3, number)
            case .float(let number): attribute.add(2, number)
            case .integers(let numbers): for number in numbers { attribute.add(8, number) }
            case .text(let text): attribute.add(4, text)
            }
            node.add(5, attribute)
        }
        graph.add(1, node)
    }

    mutating func constant(_ name: String, _ shape: [Int], _ values: [Float]) {
        var tensor = Message()
        for size in shape { tensor.add(1, size) }
        tensor.add(2, 1)
        tensor.add(8, name)
        tensor.add(9, values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
        graph.add(5, tensor)
    }

    mutating func constant(_ name: String, _ values: [Int]) {
        var tensor = Message()
        tensor.add(1, values.count)
        tensor.add(2, 7)
        for value in values { tensor.add(7, value) }
        tensor.add(8, name)
        graph.add(5, tensor)
    }

    /// A tensor whose bytes are declared to be in another file.
    mutating func external(_ name: String, _ shape: [Int], _ entries: [(String, String)]) {
        var tensor = Message()
        for size in shape { tensor.add(1, size) }
        tensor.add(2, 1)
        tensor.add(8, name)
        for (key, value) in entries { tensor.add(13, Self.entry(key, value)) }
        tensor.add(14, 1)
        graph.add(5, tensor)
    }

    private static func entry(_ key: String, _ value: String) -> Message {
        var entry = Message()
        entry.add(1, key)
        entry.add(2, value)
        return entry
    }

    var bytes: [UInt8] {
        var model = Message(), operators = Message()
        model.add(1, 8)
        model.add(7, graph)
        operators.add(1, "")
        operators.add(2, opset)
        model.add(8, operators)
        for (key, value) in metadata { model.add(14, Self.entry(key, value)) }
        return model.bytes
    }

    /// Runs `body` with the file's path in a temporary folder.
    func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "damvideo-onnx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "model.onnx").path
        try Data(bytes).write(to: URL(filePath: path))
        return try body(path)
    }
}
