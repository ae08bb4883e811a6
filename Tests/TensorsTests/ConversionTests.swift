import Foundation
import Imaging
import TestSupport
import Tensors
import Testing

/// A checkpoint written in another type must be as near to the original as the type allows.
struct ConversionTests {
    private func stored(_ type: String, _ shape: [Int], _ values: [Float]) throws -> StoredTensor {
        try withTemporaryDirectory { folder in
            var builder = SafetensorsBuilder()
            builder.add("w", type, shape, values)
            let path = folder.appending(path: "m.safetensors")
            try builder.data.write(to: path)
            return try #require(try SafetensorsFile(path: path.path).entries["w"])
        }
    }

    /// Ties go to the even number, as PyTorch rounds: 1 + 2^-8 and 1 + 3 * 2^-8 lie midway between bfloat16s,
    /// 1 + 2^-11 and 1 + 3 * 2^-11 between half-precision numbers.
    @Test func roundsToTheNearest() throws {
        let values: [Float] = [1.00390625, 1.01171875, -1.0039064, 1.00048828125, 1.00146484375, 0, -0.0, 6e-8, 3e38]
        let brain = try stored("F32", [9], values).converted(to: .bf16)
        #expect(brain.tensor.array == [1, 1.015625, -1.0078125, 1, 1, 0, 0, 6.0070306e-08, 3.0040553e38])
        let half = try stored("F32", [8], Array(values.prefix(8))).converted(to: .f16)
        #expect(half.tensor.array == [1.00390625, 1.01171875, -1.00390625, 1, 1.001953125, 0, 0, 5.9604645e-08])
        #expect(half.dataType == .f16 && half.bytes.count == 16 && half.shape == [8])
    }

    @Test func wideningLosesNothing() throws {
        let values = pattern(70 * 3, seed: 4)
        for type in ["F16", "BF16"] {
            let tensor = try stored(type, [3, 70], values)
            let wide = try tensor.converted(to: .f32)
            #expect(wide.dataType == .f32 && wide.tensor.array == tensor.tensor.array)
            #expect(try wide.converted(to: tensor.dataType).tensor.array == tensor.tensor.array)
        }
        let tiles = try stored("F32", [3, 70], values).converted(to: .q8)
        #expect(try tiles.converted(to: .f32).tensor.array == tiles.tensor.array)
    }

    /// A weight that would become infinite is an error; one that is infinite or no number already stays so.
    @Test(arguments: [(DataType.f16, Float(65520)), (.bf16, 3.4e38)])
    func numbersBeyondTheTypeAreAnError(type: DataType, number: Float) throws {
        let error = #expect(throws: InputError.self) { try stored("F32", [3], [1, number, 2]).converted(to: type) }
        #expect(error?.description.hasPrefix("found \(number), expected numbers of at most ") == true)
        let found = try stored("F32", [3], [.infinity, -.infinity, .nan]).converted(to: type).tensor.array
        #expect(found[0] == .infinity && found[1] == -.infinity && found[2].isNaN)
    }

    @Test func quantisedWeightsAreNotQuantisedAgain() throws {
        let tiles = try stored("F32", [3, 70], pattern(70 * 3, seed: 5)).converted(to: .q8)
        #expect(try tiles.converted(to: .q8).tensor.array == tiles.tensor.array)
        let error = #expect(throws: InputError.self) { try tiles.converted(to: .q4) }
        #expect(error?.description == "found shape [3, 70] in Q8, expected a matrix of F32, F16 or BF16")
    }
}
