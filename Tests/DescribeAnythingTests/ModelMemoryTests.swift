import DescribeAnything
import Tensors
import Testing

/// The size of a batch, and the memory that `--dry-run` shows, are computed from this.
struct ModelMemoryTests {
    /// Two layers of four key-value heads of 16; in 8 bits a head's row has a scale of two bytes.
    @Test(arguments: [(DataType.f32, 64), (.f16, 32), (.bf16, 32), (.q8, 18), (.q4, 18)])
    func keysAndValuesHaveNoMoreBitsThanWeights(language: DataType, rowBytes: Int) throws {
        let model = try DescribeAnythingModel(.damTiny, vision: .f16, language: language)
        #expect(model.memory.cacheBytes == 2 * 2 * 4 * rowBytes)
    }
}
