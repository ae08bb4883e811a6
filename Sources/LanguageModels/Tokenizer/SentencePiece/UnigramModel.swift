import Files
import Foundation
import Tensors

/// A SentencePiece unigram model: text to the piece ids of its most probable segmentation. Source: Kudo, arXiv 1804.10959, and
/// SentencePiece's unigram_model.cc, whose results it reproduces.
package struct UnigramModel: Sendable {
    /// Subtracted from the lowest score, for a character that is not a piece.
    private static let unknownPenalty: Float = 10

    private let ids: [ByteString: Int]
    private let scores: [Float]
    private let longest: Int
    private let unknownScore: Float
    package let unknownID: Int
    package let eosID: Int?
    private let addsDummyPrefix: Bool
    private let removesExtraWhitespace: Bool
    /// True if the model was trained on NFKC text.
    private let composes: Bool

    /// - Parameter path: a `spiece.model`.
    /// - Throws: `CheckpointError` if the file is missing, invalid or needs an unsupported feature.
    package init(path: String) throws {
        guard let data = fileContents(path) else {
            throw CheckpointError(file: path, found: "no readable file", expected: "a SentencePiece model")
        }
        let file = try SentencePieceFile([UInt8](data), path: path)
        guard let trainer = file.trainerSpec, let normalizer = file.normalizerSpec else {
            throw file.error(nil, found: "no trainer_spec or normalizer_spec", expected: "both (truncated file?)")
        }
        guard trainer.modelType == 1 else { throw file.error("model_type", found: "\(trainer.modelType)", expected: "1 (UNIGRAM)") }
        guard !trainer.treatWhitespaceAsSuffix, !trainer.byteFallback, normalizer.escapeWhitespaces else {
            throw file.error(nil, found: "byte_fallback, treat_whitespace_as_suffix or bare white space", expected: "none of them")
        }
        var ids: [ByteString: Int] = [:], unknown: Int?, least = Float.infinity, greatest = -Float.infinity, scores: [Float] = []
        for (id, piece) in file.pieces.enumerated() {
            guard String(validating: piece.text, as: UTF8.self) != nil, !piece.text.isEmpty, piece.score.isFinite else {
                throw file.error("piece \(id)", found: "no text or no score", expected: "both")
            }
            scores.append(piece.score)
            switch piece.type {
            case .normal, .userDefined, .unused:
                (least, greatest) = (min(least, piece.score), max(greatest, piece.score))
                if piece.type != .unused { ids[ByteString(piece.text)] = id }
            case .unknown: unknown = id
            case .control, .byte: break
            }
        }
        guard let unknown else { throw file.error(nil, found: "no unknown piece", expected: "one") }
        for (id, piece) in file.pieces.enumerated() where piece.type == .userDefined {
            scores[id] = Float(piece.text.count) * greatest - 0.1
        }
        (self.ids, self.scores, unknownID) = (ids, scores, unknown)
        longest = file.pieces.map(\.text.count).max() ?? 0
        unknownScore = least - Self.unknownPenalty
        eosID = trainer.eosID < 0 ? nil : trainer.eosID
        (addsDummyPrefix, removesExtraWhitespace) = (normalizer.addDummyPrefix, normalizer.removeExtraWhitespaces)
        composes = !normalizer.precompiledCharsmap.isEmpty
    }

    package var pieceCount: Int { scores.count }

    /// Piece ids of a text, without BOS and EOS. Consecutive unknown characters become one unknown piece.
    package func encode(_ text: String) -> [Int] {
        let bytes = normalized(text)
        guard !bytes.isEmpty else { return [] }
        var best = [Float](repeating: -.infinity, count: bytes.count + 1)
        var steps = [(start: Int, id: Int)](repeating: (0, unknownID), count: bytes.count + 1)
        best[0] = 0
        for start in bytes.indices where best[start] > -.infinity {
            let character = Self.length(bytes[start])
            var hasCharacter = false
            for length in 1...min(longest, bytes.count - start) {
                guard let id = ids[ByteString(bytes[start..<start + length])] else { continue }
                if length == character { hasCharacter = true }
                let score = best[start] + scores[id], end = start + length
                if score > best[end] { (best[end], steps[end]) = (score, (start, id)) }
            }
            let end = min(bytes.count, start + character)
            if !hasCharacter, best[start] + unknownScore > best[end] {
                (best[end], steps[end]) = (best[start] + unknownScore, (start, unknownID))
            }
        }
        var found: [Int] = [], place = bytes.count
        while place > 0 {
            let step = steps[place]
            if step.id != unknownID || found.last != unknownID { found.append(step.id) }
            place = step.start
        }
        return found.reversed()
    }

    /// Length in bytes of a UTF-8 character, by its first byte.
    private static func length(_ byte: UInt8) -> Int { byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4 }

    private func normalized(_ text: String) -> [UInt8] {
        let text = composes ? text.precomposedStringWithCompatibilityMapping : text
        var words = text.split(separator: " ", omittingEmptySubsequences: removesExtraWhitespace).map { Array($0.utf8) }
        guard !words.isEmpty, text.contains(where: { $0 != " " }) || !removesExtraWhitespace else { return [] }
        if addsDummyPrefix { words.insert([], at: 0) }
        return Array(words.joined(separator: SentencePieceModel.spaceSymbol))
    }
}
