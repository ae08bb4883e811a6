import Foundation
import Tensors

/// The bookkeeping of beam search: which hypotheses to extend, which are finished, when to stop. It sees scores only; the
/// generator runs the model. Semantics are those of transformers (`BeamSearchScorer`, length_penalty 1, early_stopping false);
/// with a temperature, candidates are sampled instead of taken greedily (its beam sampling).
struct BeamSearch {
    /// An unfinished hypothesis.
    struct Beam {
        var tokens: [Int]
        /// Sum of the tokens' log probabilities.
        var score: Float
        /// Index of the parent beam in the previous step.
        var parent: Int
    }

    private struct Finished {
        let tokens: [Int]
        /// Mean log probability per token.
        let score: Float
    }

    private let options: GenerationOptions
    private let eosTokens: Set<Int>
    private var random: SplitMix64
    private var finished: [Finished] = []
    private(set) var beams: [Beam]
    private(set) var isDone = false

    init(_ options: GenerationOptions, eosTokens: Set<Int>) {
        self.options = options
        self.eosTokens = eosTokens
        random = SplitMix64(state: options.seed)
        // All beams start from the same prompt. All but one start with a score too low to be chosen; otherwise they would stay
        // identical.
        beams = (0..<options.numBeams).map { Beam(tokens: [], score: $0 == 0 ? 0 : -1e9, parent: 0) }
    }

    /// Advances the search by one token.
    /// - Parameter logits: logits of the token that follows each beam.
    mutating func advance(_ logits: [[Float]]) {
        let candidates = ranked(logits)
        var next: [Beam] = []
        for (rank, candidate) in candidates.enumerated() {
            let tokens = beams[candidate.beam].tokens + [candidate.token]
            if eosTokens.contains(candidate.token) {
                if rank < options.numBeams {
                    finish(tokens, score: candidate.score / Float(tokens.count))
                }
            } else {
                next.append(Beam(tokens: tokens, score: candidate.score, parent: candidate.beam))
                if next.count == options.numBeams { break }
            }
        }
        // Only sampling's cut-offs can leave too few candidates; the search then ends with what it has.
        if next.count < options.numBeams {
            isDone = true
        }
        let length = Float((beams.first?.tokens.count ?? 0) + 1)
        if let best = candidates.first?.score, finished.count >= options.numBeams, worstFinished >= best / length {
            isDone = true
        }
        if !next.isEmpty { beams = next }
    }

    /// The best answer, once the search is done or cut off.
    mutating func best() -> [Int] {
        if !isDone || finished.isEmpty {
            for beam in beams where !beam.tokens.isEmpty { finish(beam.tokens, score: beam.score / Float(beam.tokens.count)) }
        }
        // The last of equals, as with a stable sort whose last element is taken.
        return finished.reduce(nil as Finished?) { $1.score >= ($0?.score ?? -.infinity) ? $1 : $0 }?.tokens ?? []
    }

    private var worstFinished: Float { finished.map(\.score).min() ?? .infinity }

    private mutating func finish(_ tokens: [Int], score: Float) {
        guard finished.count < options.numBeams || score > worstFinished else { return }
        finished.append(Finished(tokens: tokens, score: score))
        if finished.count > options.numBeams, let worst = finished.indices.min(by: { finished[$0].score < finished[$1].score }) {
            finished.remove(at: worst)
        }
    }

    private struct Candidate {
        let beam: Int
        let token: Int
        let score: Float
    }

    /// The candidate continuations, best first: enough that every beam could end and as many continue.
    private mutating func ranked(_ logits: [[Float]]) -> [Candidate] {
        let wanted = max(2, 1 + eosTokens.count) * options.numBeams
        var scores = zip(beams, logits).map { beam, logits in
            var scores = logSoftmax(logits)
            if !options.isGreedy { scores = warped(scores, options, keeping: 1 + eosTokens.count) }
            return scores.map { $0 + beam.score }
        }
        if options.isGreedy { return Self.top(wanted, of: scores) }
        // Adding Gumbel noise and taking the top k samples without replacement in proportion to e^score.
        let exact = scores
        for beam in scores.indices {
            for token in scores[beam].indices where scores[beam][token] > -.infinity {
                scores[beam][token] -= Float(log(-log(max(random.uniform(), .leastNonzeroMagnitude))))
            }
        }
        let drawn = Self.top(wanted, of: scores)
        return drawn.map { Candidate(beam: $0.beam, token: $0.token, score: exact[$0.beam][$0.token]) }
            .sorted { $0.score > $1.score }
    }

    private static func top(_ count: Int, of scores: [[Float]]) -> [Candidate] {
        var best: [Candidate] = []
        for (beam, scores) in scores.enumerated() {
            for (token, score) in scores.enumerated() where score > -.infinity {
                if best.count == count, let last = best.last, score <= last.score { continue }
                let place = best.firstIndex { $0.score < score } ?? best.count
                best.insert(Candidate(beam: beam, token: token, score: score), at: place)
                if best.count > count { best.removeLast() }
            }
        }
        return best
    }
}
