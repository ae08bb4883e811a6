import Foundation
import Tensors

/// Samples tokens from logits. The order is that of transformers: temperature, then top-k, then top-p.
package struct Sampler {
    private let options: GenerationOptions
    private var random: SplitMix64

    package init(_ options: GenerationOptions) {
        self.options = options
        random = SplitMix64(state: options.seed)
    }

    /// Samples the next token from `logits`, `[vocabulary]`.
    package mutating func next(_ logits: [Float]) -> Int {
        if options.isGreedy { return argmax(logits) }
        let probabilities = softmax(warped(logits, options))
        var remaining = random.uniform() * probabilities.reduce(0) { $0 + Double($1) }
        var chosen = 0
        for (token, probability) in probabilities.enumerated() where probability > 0 {
            chosen = token
            remaining -= Double(probability)
            if remaining < 0 { break }
        }
        return chosen
    }
}

/// The probabilities, `[vocabulary]`, from which a token is sampled.
package func samplingProbabilities(_ logits: [Float], _ options: GenerationOptions) -> [Float] {
    softmax(warped(logits, options))
}

/// Index of the largest value; the first of equals.
package func argmax(_ values: [Float]) -> Int {
    var best = 0
    for (index, value) in values.enumerated() where value > values[best] { best = index }
    return best
}

/// Logits `[vocabulary]` after temperature, top-k and top-p; excluded tokens become -infinity.
/// - Parameter keeping: number of most probable tokens that are kept in any case.
func warped(_ logits: [Float], _ options: GenerationOptions, keeping: Int = 1) -> [Float] {
    var result = logits.map { $0 / Float(options.temperature) }
    if let topK = options.topK, topK < result.count {
        let threshold = largest(min(max(topK, keeping), result.count), of: result)
        for index in result.indices where result[index] < threshold { result[index] = -.infinity }
    }
    let topP = Float(options.topP)
    if topP < 1 {
        // Tokens that top-k removed have probability 0.
        let ascending = result.indices.filter { result[$0] > -.infinity }.sorted { result[$0] < result[$1] }
        let probabilities = softmax(result)
        var sum: Float = 0
        for index in ascending.dropLast(keeping) {
            sum += probabilities[index]
            if sum > 1 - topP { break }
            result[index] = -.infinity
        }
    }
    return result
}

/// The k-th largest of at least k values. Sorting the whole vocabulary took longer than the rest of sampling.
private func largest(_ k: Int, of values: [Float]) -> Float {
    var best: [Float] = [], threshold = -Float.infinity
    for value in values where best.count < k || value > threshold {
        best.append(value)
        if best.count == 2 * k {
            best.sort(by: >)
            best.removeLast(k)
            threshold = best[k - 1]
        }
    }
    best.sort(by: >)
    return best[k - 1]
}

/// Probabilities in proportion to e^logit.
func softmax(_ logits: [Float]) -> [Float] {
    let top = logits.max() ?? 0
    let powers = logits.map { expf($0 - top) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
}

/// Logarithms of `softmax`.
func logSoftmax(_ logits: [Float]) -> [Float] {
    let top = logits.max() ?? 0
    let logTotal = logf(logits.reduce(0) { $0 + expf($1 - top) })
    return logits.map { $0 - top - logTotal }
}
