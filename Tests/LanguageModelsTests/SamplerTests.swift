import LanguageModels
import Testing

/// If these fail, tokens are sampled from other probabilities than requested. The golden sets compare probabilities with the
/// published code; these tests cover the rest.
struct SamplerTests {
    private func options(temperature: Double, topK: Int? = nil, topP: Double = 1, seed: UInt64 = 0) -> GenerationOptions {
        var options = GenerationOptions()
        (options.temperature, options.topK, options.topP, options.seed) = (temperature, topK, topP, seed)
        return options
    }

    @Test func zeroTemperatureIsArgmax() {
        var sampler = Sampler(options(temperature: 0))
        #expect(sampler.next([0, 3, 1, 3]) == 1)
    }

    @Test func topKKeepsTies() {
        let probabilities = samplingProbabilities([4, 1, 3, 3], options(temperature: 1, topK: 2))
        #expect(probabilities.map { $0 > 0 } == [true, false, true, true])
    }

    /// Compares with sorting a whole vocabulary that has equal values.
    @Test(arguments: [1, 2, 50, 1999, 3999, 4000, 9000])
    func topKEqualsSorting(k: Int) {
        let orders: [(Int) -> Int] = [{ $0 }, { -$0 }, { $0 * 7919 % 1777 }, { $0 * $0 % 97 }]
        for order in orders {
            let logits = (0..<4000).map { Float(order($0)) / 64 }
            let threshold = logits.sorted(by: >)[min(k, 4000) - 1]
            // A temperature that keeps the retained probabilities above 0.
            let probabilities = samplingProbabilities(logits, options(temperature: 10, topK: k))
            #expect(probabilities.map { $0 > 0 } == logits.map { $0 >= threshold })
        }
    }

    @Test func topPKeepsTheSmallestSetThatExceedsItAndAtLeastOne() {
        // Probabilities 0.643, 0.236, 0.087, 0.032.
        let logits: [Float] = [4, 3, 2, 1]
        for (topP, kept) in [(0.01, 1), (0.6, 1), (0.7, 2), (0.9, 3), (0.99, 4), (1, 4)] {
            let probabilities = samplingProbabilities(logits, options(temperature: 1, topP: topP))
            #expect(probabilities.count { $0 > 0 } == kept, "top-p \(topP)")
            #expect(abs(probabilities.reduce(0, +) - 1) < 1e-6)
        }
    }

    @Test func samplesInProportionAndReproducibly() {
        let logits: [Float] = [1, 0, -1, -.infinity]
        let wanted = samplingProbabilities(logits, options(temperature: 0.5))
        var sampler = Sampler(options(temperature: 0.5, seed: 42)), again = Sampler(options(temperature: 0.5, seed: 42))
        let drawn = (0..<20_000).map { _ in sampler.next(logits) }
        #expect(drawn == (0..<20_000).map { _ in again.next(logits) })
        for token in 0..<4 {
            let frequency = Float(drawn.count { $0 == token }) / 20_000
            #expect(abs(frequency - wanted[token]) < 0.015)
        }
    }
}
