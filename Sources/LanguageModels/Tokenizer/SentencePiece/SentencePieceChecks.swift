import Tensors

// Checks for models that SentencePiece itself rejects, and for those that this program does not support.
extension SentencePieceFile {
    /// - Throws: `CheckpointError` unless the model is BPE with white space as a prefix of words.
    func supportedTrainerSpec() throws -> TrainerSpec {
        guard let spec = trainerSpec else {
            throw error(nil, found: "no trainer_spec after \(pieces.count) pieces", expected: "one (truncated file?)")
        }
        guard spec.modelType == 2 else {
            let names = [1: "UNIGRAM", 3: "WORD", 4: "CHAR"]
            throw error("model_type", found: names[spec.modelType] ?? "\(spec.modelType)", expected: "BPE")
        }
        guard !spec.treatWhitespaceAsSuffix else {
            throw error("treat_whitespace_as_suffix", found: "true", expected: "false")
        }
        for (name, id) in [("bos_id", spec.bosID), ("eos_id", spec.eosID), ("pad_id", spec.padID)]
        where id >= pieces.count {
            throw error(name, found: "\(id)", expected: "less than the number of pieces, \(pieces.count)")
        }
        guard String(validating: spec.unkSurface, as: UTF8.self) != nil else {
            throw error("unk_surface", found: "bytes that are not UTF-8", expected: "a text")
        }
        return spec
    }

    /// - Throws: `CheckpointError` if normalisation goes beyond white space.
    func supportedNormalizerSpec() throws -> NormalizerSpec {
        guard let spec = normalizerSpec else {
            throw error(nil, found: "no normalizer_spec", expected: "one (truncated file?)")
        }
        for (name, spec) in [("normalizer_spec", spec), ("denormalizer_spec", denormalizerSpec)] {
            guard spec.precompiledCharsmap.isEmpty else {
                throw error(
                    name, found: "a precompiled_charsmap of \(spec.precompiledCharsmap.count) bytes",
                    expected: "none (identity)")
            }
        }
        return spec
    }

    /// - Throws: `CheckpointError` if a piece has no text, a NaN score, or is a byte piece whose name is not a byte.
    func checkedPieces(byteFallback: Bool) throws -> [SentencePieceModel.Piece] {
        try pieces.enumerated().map { id, piece in
            func wrong(_ found: String, _ expected: String) -> CheckpointError {
                error("piece \(id)", found: found, expected: expected)
            }
            guard !piece.text.isEmpty else { throw wrong("an empty text", "some characters") }
            guard !piece.text.contains(0) else { throw wrong("a null character", "none") }
            guard String(validating: piece.text, as: UTF8.self) != nil else {
                throw wrong("bytes that are not UTF-8", "a text")
            }
            guard !piece.score.isNaN else { throw wrong("a score that is not a number", "a number") }
            let text = ByteString(piece.text)
            guard piece.type == .byte else {
                return SentencePieceModel.Piece(text: text, score: piece.score, type: piece.type, byte: nil)
            }
            guard let byte = Self.byte(named: piece.text) else {
                throw wrong("the byte \(text)", "\"<0x00>\" to \"<0xFF>\"")
            }
            guard byteFallback else { throw wrong("the byte \(text)", "none, as byte_fallback is false") }
            return SentencePieceModel.Piece(text: text, score: piece.score, type: .byte, byte: byte)
        }
    }

    /// The byte of a name like "<0x0A>": two upper-case hexadecimal digits.
    private static func byte(named name: ArraySlice<UInt8>) -> UInt8? {
        guard name.count == 6, name.starts(with: Array("<0x".utf8)), name.last == UInt8(ascii: ">") else { return nil }
        let digits = name.dropFirst(3).dropLast().compactMap { Array("0123456789ABCDEF".utf8).firstIndex(of: $0) }
        return digits.count == 2 ? UInt8(digits[0] * 16 + digits[1]) : nil
    }
}
