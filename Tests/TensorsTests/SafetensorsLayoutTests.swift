import Foundation
import TestSupport
import Tensors
import Testing

/// Files that are written must be read by this program, and by any other that follows the format.
struct SafetensorsLayoutTests {
    private func entry(_ name: String, _ type: DataType, _ shape: [Int]) throws -> SafetensorsLayout.Entry {
        try #require(SafetensorsLayout.Entry(name: name, dataType: type, shape: shape))
    }

    @Test func describesEachTensorAndAlignsIt() throws {
        let layout = try SafetensorsLayout([
            entry("half", .f16, [3]), entry("tiles", .q4, [20, 65]), entry("norm", .f32, [5]), entry("eight", .q8, [1, 1]),
            entry("brain", .bf16, [2, 2]),
        ])
        #expect(layout.entries.map(\.name) == ["eight", "tiles", "norm", "brain", "half"])
        #expect(layout.byteCount == 1088 + 4 * 576 + 20 + 8 + 6)
        let length = layout.header.withUnsafeBytes { Int(UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) }
        #expect(length == layout.header.count - 8 && layout.header.count % 64 == 0)
        let json = try #require(try JSONSerialization.jsonObject(with: layout.header.dropFirst(8)) as? [String: [String: Any]])
        #expect(json["__metadata__"] as? [String: String] == ["format": "pt", "tiles": "q4 20x65", "eight": "q8 1x1"])
        #expect(json["tiles"]?["dtype"] as? String == "U8" && json["tiles"]?["shape"] as? [Int] == [2, 2, 576])
        #expect(json["tiles"]?["data_offsets"] as? [Int] == [1088, 3392])
        #expect(json["half"]?["dtype"] as? String == "F16" && json["half"]?["data_offsets"] as? [Int] == [3420, 3426])
        #expect(SafetensorsLayout.Entry(name: "vector", dataType: .q8, shape: [4]) == nil)
    }

    @Test func isReadAgain() throws {
        let layout = try SafetensorsLayout([entry("b", .q8, [17, 3]), entry("a", .f32, [2])])
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "m.safetensors")
            try (layout.header + Data(count: layout.byteCount)).write(to: path)
            let file = try SafetensorsFile(path: path.path)
            #expect(file.entries["b"]?.dataType == .q8 && file.entries["b"]?.shape == [17, 3])
            #expect(file.tensor("a")?.array == [0, 0])
        }
    }
}
