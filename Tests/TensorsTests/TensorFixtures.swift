import TestSupport
import Tensors

/// Numbers that look random and are the same each time, small enough that sums stay exact to 1e-5.
func pattern(_ count: Int, seed: Int) -> [Float] {
    (0..<count).map { index in Float((index &* 7919 &+ seed &* 104_729) % 201 - 100) / 128 }
}

/// A tensor that only exists in a file, as weights do.
func withWeights<Result>(
    _ tensors: [(name: String, type: String, shape: [Int], values: [Float])], _ body: (Weights) throws -> Result
) throws -> Result {
    try withTemporaryDirectory { folder in
        var builder = SafetensorsBuilder()
        for tensor in tensors { builder.add(tensor.name, tensor.type, tensor.shape, tensor.values) }
        try builder.data.write(to: folder.appending(path: "model.safetensors"))
        return try body(Checkpoint(directory: folder.path).weights)
    }
}

/// Numbers as a cache of 8 bits has them, computed one by one: 32 of a head's row share a scale, a 127th of the largest
/// rounded up to bfloat16.
func inEightBits(_ numbers: [Float], headSize: Int) -> [Float] {
    stride(from: 0, to: numbers.count, by: headSize).flatMap { head in
        stride(from: head, to: head + headSize, by: 32).flatMap { first in
            let group = numbers[first..<min(first + 32, head + headSize)]
            let step = (group.map(abs).max() ?? 0) / 127
            let scale = Float(bitPattern: (step.bitPattern + 0xffff) & 0xffff_0000)
            return group.map { scale == 0 ? 0 : ($0 / scale).rounded(.toNearestOrEven) * scale }
        }
    }
}
