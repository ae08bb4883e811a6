import DescribeAnything
import Tensors
import Testing

/// The batch size and the memory shown by `--dry-run` are computed from this.
struct ModelMemoryTests {
    /// Two layers of four key-value heads of size 16; in 8 bits each head's row has a scale of two bytes.
    @Test(arguments: [(DataType.f32, 64), (.f16, 32), (.bf16, 32), (.q8, 18), (.q4, 18)])
    func cachesHaveNoMoreBitsThanWeights(language: DataType, rowBytes: Int) throws {
        let model = try DescribeAnythingModel(.damTiny, vision: .f16, language: language)
        #expect(model.memory.cacheBytes == 2 * 2 * 4 * rowBytes)
    }
}
