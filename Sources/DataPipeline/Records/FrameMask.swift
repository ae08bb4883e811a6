import Evaluation
import Imaging

/// A region's mask in a frame of its clip; frame 0 for an image.
package struct FrameMask: Sendable, Equatable {
    package let frame: Int
    package let runs: RunLengthEncoding

    package init(frame: Int, runs: RunLengthEncoding) { (self.frame, self.runs) = (frame, runs) }

    /// - Throws: `InputError` for invalid JSON, or a mask of another size.
    init(_ json: JSONPlace, size: PictureSize) throws {
        frame = try json["frame"].integer()
        guard frame >= 0 else { throw try json["frame"].wrong(expected: "0 or more") }
        let sides = try json["size"]
        guard try sides.array().map({ try $0.integer() }) == [size.height, size.width] else {
            throw sides.wrong(expected: "[\(size.height), \(size.width)], as the record has it")
        }
        let counts = try json["counts"]
        do {
            runs = try RunLengthEncoding(width: size.width, height: size.height, counts: Array(counts.string().utf8))
        } catch let error as InputError where error.place == nil {
            throw InputError(.invalid, "\(counts.place): \(error)")
        }
    }

    var json: OrderedJSON {
        .object([
            "frame": .number(frame), "size": .array([.number(runs.height), .number(runs.width)]),
            "counts": .string(String(decoding: runs.counts, as: UTF8.self)),
        ])
    }
}

/// A caption of a region, one of several samples.
package struct Caption: Sendable, Equatable {
    package var text: String
    /// 0 for greedy decoding.
    package var sample: Int
    package var seed: UInt64?
    /// Sum and minimum of the tokens' log probabilities (natural); nil if a service does not give any.
    package var logprob: Double?
    package var leastLogprob: Double?
    package var tokens: Int?
    package var finishReason: String?

    package init(
        text: String, sample: Int, seed: UInt64? = nil, logprob: Double? = nil, leastLogprob: Double? = nil, tokens: Int? = nil,
        finishReason: String? = nil
    ) {
        (self.text, self.sample, self.seed, self.logprob, self.leastLogprob) = (text, sample, seed, logprob, leastLogprob)
        (self.tokens, self.finishReason) = (tokens, finishReason)
    }

    init(_ json: JSONPlace) throws {
        (text, sample) = (try json["text"].string(), try json["sample"].integer())
        func number(_ key: String) throws -> Double? {
            guard let value = try json.optional(key), value.value != .null else { return nil }
            return try value.number()
        }
        (logprob, leastLogprob) = (try number("logprob"), try number("min_logprob"))
        tokens = try number("tokens").flatMap { Int(exactly: $0) }
        if case .number(let digits)? = try json.optional("seed")?.value { seed = UInt64(digits) }
        if case .string(let reason)? = try json.optional("finish_reason")?.value { finishReason = reason }
    }

    var json: OrderedJSON {
        .object([
            "text": .string(text), "sample": .number(sample), "seed": seed.map { .number("\($0)") } ?? .null,
            "logprob": logprob.map { .number(Self.rounded($0)) } ?? .null,
            "min_logprob": leastLogprob.map { .number(Self.rounded($0)) } ?? .null,
            "tokens": tokens.map { .number($0) } ?? .null, "finish_reason": finishReason.map { .string($0) } ?? .null,
        ])
    }

    /// A score rounded to six decimals: more would be noise, and enlarge files.
    static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
}
