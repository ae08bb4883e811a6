import CKernels
import Foundation
import Imaging
import TestSupport
import Tensors
import Testing

/// A matrix as a file holds it, in single precision.
private func stored(_ shape: [Int], _ values: [Float]) throws -> StoredTensor {
    try withTemporaryDirectory { folder in
        var builder = SafetensorsBuilder()
        builder.add("w", "F32", shape, values)
        let path = folder.appending(path: "m.safetensors").path
        try builder.data.write(to: URL(filePath: path))
        return try #require(try SafetensorsFile(path: path).entries["w"])
    }
}

/// Bell-shaped numbers, as trained weights are.
private func weights(_ count: Int, seed: UInt64) -> [Float] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in Float((0..<6).reduce(0.0) { sum, _ in sum + random.uniform() - 0.5 }) * 0.03 }
}

private func relativeError(_ found: [Float], _ exact: [Float]) -> Double {
    let error = zip(found, exact).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
    return (error / exact.reduce(0.0) { $0 + pow(Double($1), 2) }).squareRoot()
}

/// Fewer bits a weight must cost no more of the model than the format has to.
struct QuantizationTests {
    static let formats: [DataType] = [.q8, .q4]

    /// Sizes that fill tiles and that do not.
    @Test(arguments: formats, [[16, 64], [1, 1], [17, 65], [33, 130], [160, 48]])
    func weightsKeepTheirValues(format: DataType, shape: [Int]) throws {
        let values = weights(shape[0] * shape[1], seed: 1)
        let quantized = try stored(shape, values).quantized(to: format)
        #expect(quantized.shape == shape && quantized.dataType == format)
        let error = relativeError(quantized.tensor.array, values)
        #expect(error < (format == .q8 ? 0.006 : 0.08), "\(error)")
    }

    /// Pruned weights, and whole blocks of them, stay what they are.
    @Test(arguments: formats)
    func zerosStayZeros(format: DataType) throws {
        var values = weights(3 * 200, seed: 2)
        for index in 0..<200 { values[200 + index] = 0 }
        for index in stride(from: 0, to: 600, by: 3) { values[index] = 0 }
        let found = try stored([3, 200], values).quantized(to: format).tensor.array
        #expect(zip(found, values).allSatisfy { $0 == 0 || $1 != 0 })
        #expect(found[200..<400].allSatisfy { $0 == 0 })
    }

    @Test(arguments: formats, [Float.infinity, -.infinity, .nan])
    func numbersThatAreNoneAreAnError(format: DataType, number: Float) throws {
        var values = weights(40 * 70, seed: 3)
        values[20 * 70 + 69] = number
        let error = #expect(throws: InputError.self) { _ = try stored([40, 70], values).quantized(to: format) }
        #expect(error?.description.contains("rows 16 to 31") == true)
        #expect(throws: InputError.self) { _ = try stored([70], weights(70, seed: 4)).quantized(to: format) }
    }

    /// Very small and very large numbers overflow nothing.
    @Test(arguments: formats)
    func extremesAreKept(format: DataType) throws {
        let values: [Float] = [1e38, -1e38, 1, .leastNonzeroMagnitude]
        let found = try stored([1, 4], values).quantized(to: format).tensor.array
        #expect(found.allSatisfy { $0.isFinite } && abs(found[0] / values[0] - 1) < 0.1 && found[2] == 0)
        let small = try stored([1, 2], [.leastNonzeroMagnitude, 1e-38]).quantized(to: format).tensor.array
        #expect(small == [0, 0])
    }

    /// A file says in its metadata what it holds; a matrix of it is read where it lies.
    @Test(arguments: formats, [[40, 100], [32, 3, 5, 5]])
    func areReadFromFiles(format: DataType, shape: [Int]) throws {
        let quantized = try stored(shape, weights(shape.reduce(1, *), seed: 5)).quantized(to: format)
        try withTemporaryDirectory { folder in
            let data = quantized.bytes.withUnsafeBytes { Array($0) }
            let entry = SafetensorsBuilder.entry("w.weight", "U8", quantized.fileShape, 0, data.count)
            let description = try #require(quantized.fileDescription)
            let header = #"{"__metadata__":{"format":"pt","w.weight":"\#(description)"},\#(entry)}"#
            try SafetensorsBuilder.file(header: header, data: data)
                .write(to: folder.appending(path: "model.safetensors"))
            let checkpoint = try Checkpoint(directory: folder.path)
            #expect(checkpoint.sizes[format]?.parameters == shape.reduce(1, *))
            let tensor = try checkpoint.weights["w"]["weight"].tensor(shape)
            #expect(tensor.array == quantized.tensor.array)
            #expect(throws: CheckpointError.self) { try checkpoint.weights["w"]["weight"].tensor([1, 2]) }
            guard shape.count == 2 else { return }
            let rows = try Embedding(checkpoint.weights["w"], count: 40, width: 100)([3, 39])
            #expect(rows.array == tensor.rows(3..<4).array + tensor.rows(39..<40).array)
        }
    }
}
