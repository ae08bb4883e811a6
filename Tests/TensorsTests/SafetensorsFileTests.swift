import Foundation
import TestSupport
import Tensors
import Testing

/// A user with a broken download gets one line that says what is wrong, and never a crash.
struct SafetensorsFileTests {
    /// A broken file and a word its error must have.
    struct Broken: Sendable, CustomTestStringConvertible {
        let name: String
        let data: Data
        let says: String
        var testDescription: String { name }
    }

    private static func header(_ entries: String, bytes: Int = 8, length: UInt64? = nil) -> Data {
        SafetensorsBuilder.file(header: "{\(entries)}", data: Array(repeating: 0, count: bytes), length: length)
    }

    /// Eight bytes that are said to be something.
    private static func quantized(_ description: String) -> Data {
        header(#""__metadata__":{"t":"\#(description)"},"# + SafetensorsBuilder.entry("t", "U8", [8], 0, 8))
    }

    static let broken: [Broken] = {
        let entry = SafetensorsBuilder.entry
        return [
            Broken(name: "empty", data: Data(), says: "empty file"),
            Broken(name: "shorter than a length", data: Data([1, 2, 3]), says: "3 bytes"),
            Broken(name: "header beyond the file", data: header("", length: 4000), says: "a header of 4000 bytes in a file"),
            Broken(name: "absurd header length", data: header("", length: .max), says: "a header of 18446744073709551615 bytes"),
            Broken(name: "no JSON", data: SafetensorsBuilder.file(header: "{", data: []), says: "no valid JSON"),
            Broken(name: "a list", data: SafetensorsBuilder.file(header: "[]", data: []), says: "an invalid header"),
            Broken(name: "entry without dtype", data: header(#""t":{"shape":[1],"data_offsets":[0,4]}"#), says: "dtype missing"),
            Broken(name: "unknown dtype", data: header(entry("t", "I64", [1], 0, 8)), says: "dtype I64, expected one of F32, F16, BF16"),
            Broken(name: "end beyond the file", data: header(entry("t", "F32", [4], 0, 16)), says: "within the file's 8 bytes"),
            Broken(name: "begin after end", data: header(entry("t", "F32", [1], 8, 4)), says: "data_offsets [8, 4]"),
            Broken(name: "negative begin", data: header(entry("t", "F32", [1], -4, 0)), says: "data_offsets [-4, 0]"),
            Broken(name: "one offset", data: header(#""t":{"dtype":"F32","shape":[1],"data_offsets":[0]}"#), says: "a begin and an end"),
            Broken(name: "size unlike shape", data: header(entry("t", "F32", [2], 0, 4)), says: "4 bytes, expected 8 for shape [2] in F32"),
            Broken(name: "overlap", data: header(entry("a", "F32", [1], 0, 4) + "," + entry("b", "F32", [1], 2, 6)), says: "overlap"),
            Broken(name: "negative shape", data: header(entry("t", "F32", [-1], 0, 4)), says: "shape [-1]"),
            Broken(name: "shape beyond numbers", data: header(entry("t", "F32", [1 << 40, 1 << 40], 0, 4)), says: "shape ["),
            Broken(name: "bytes without a description", data: header(entry("t", "U8", [8], 0, 8)), says: "dtype U8, expected one of"),
            Broken(name: "unknown description", data: quantized("q5 16x64"), says: "\"q5 16x64\" in __metadata__"),
            Broken(name: "description of no shape", data: quantized("q8 16x"), says: "\"q8 16x\" in __metadata__"),
            Broken(name: "description of a vector", data: quantized("q8 64"), says: "of a matrix"),
            Broken(name: "description of a negative shape", data: quantized("q4 16x-64"), says: "shape [16, -64]"),
            Broken(name: "description beyond numbers", data: quantized("q4 4611686018427387904x64"), says: "of a matrix"),
            Broken(name: "description of more bytes", data: quantized("q8 16x64"), says: "8 bytes, expected 1088 for shape [16, 64] in Q8"),
            Broken(
                name: "shape no JSON integer holds", data: header(#""t":{"dtype":"F32","shape":[1e40],"data_offsets":[0,4]}"#),
                says: "an invalid header"),
        ]
    }()

    @Test(arguments: broken)
    func refuses(_ broken: Broken) throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "model.safetensors").path
            try broken.data.write(to: URL(filePath: path))
            let error = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
            let line = error?.description ?? ""
            #expect(line.contains(broken.says) && line.contains(path) && !line.contains("\n"), "\(line)")
        }
    }

    @Test func refusesWhatIsNoFile() {
        let missing = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: "/nowhere/model.safetensors") }
        #expect(missing?.description.contains("No such file") == true)
        let folder = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: NSTemporaryDirectory()) }
        #expect(folder?.description.contains("something other than a regular file") == true)
    }

    @Test func readsEachDataTypeAndPassesOverMetadata() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "m.safetensors").path
            let header = #"{"__metadata__":{"format":"pt"},"# + SafetensorsBuilder.entry("a", "F32", [1, 2], 0, 8) + ","
                + SafetensorsBuilder.entry("none", "F16", [0], 8, 8) + "}"
            let data = SafetensorsBuilder.file(header: header, data: [0, 0, 128, 63, 0, 0, 0, 64])
            try data.write(to: URL(filePath: path))
            let file = try SafetensorsFile(path: path)
            #expect(file.tensor("a")?.array == [1, 2])
            #expect(file.tensor("none")?.array == [])
            #expect(file.tensor("b") == nil && file.entries.count == 2)
        }
    }
}
