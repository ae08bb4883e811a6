import Foundation
import Tensors

/// Contents of a `tokenizer.model`, as far as this program needs them. Source: SentencePiece's sentencepiece_model.proto, with
/// its names and defaults.
struct SentencePieceFile {
    struct Piece {
        var text: ArraySlice<UInt8> = []
        var score: Float = 0
        var type = SentencePieceModel.PieceType.normal
    }

    struct TrainerSpec {
        var modelType = 1
        var byteFallback = false
        var treatWhitespaceAsSuffix = false
        var unkID = 0, bosID = 1, eosID = 2, padID = -1
        var unkSurface: ArraySlice<UInt8> = Array(" \u{2047} ".utf8)[...]
    }

    struct NormalizerSpec {
        var precompiledCharsmap: ArraySlice<UInt8> = []
        var addDummyPrefix = true
        var removeExtraWhitespaces = true
        var escapeWhitespaces = true
    }

    let path: String
    private(set) var pieces: [Piece] = []
    private(set) var trainerSpec: TrainerSpec?
    private(set) var normalizerSpec: NormalizerSpec?
    private(set) var denormalizerSpec = NormalizerSpec()

    /// - Throws: `CheckpointError` if the bytes are not such a file or are truncated.
    init(_ bytes: [UInt8], path: String) throws {
        self.path = path
        var reader = ProtobufReader(bytes[...], file: path, message: "model")
        while let field = try reader.next() {
            switch field.number {
            case 1: pieces.append(try piece(field))
            case 2: trainerSpec = try trainer(field, trainerSpec ?? TrainerSpec())
            case 3: normalizerSpec = try normalizer(field, normalizerSpec ?? NormalizerSpec(), "normalizer_spec")
            case 5: denormalizerSpec = try normalizer(field, denormalizerSpec, "denormalizer_spec")
            default: break
            }
        }
    }

    private func piece(_ field: ProtobufReader.Field) throws -> Piece {
        let name = "piece \(pieces.count)"
        var piece = Piece()
        try fields(of: field, name) { number, value in
            switch number {
            case 1: piece.text = try bytes(value, name)
            case 2: piece.score = try float(value, "score of \(name)")
            case 3:
                let raw = try integer(value, "type of \(name)")
                guard let type = SentencePieceModel.PieceType(rawValue: raw) else {
                    throw error("type of \(name)", found: "\(raw)", expected: "a number from 1 to 6")
                }
                piece.type = type
            default: break
            }
        }
        return piece
    }

    private func trainer(_ field: ProtobufReader.Field, _ earlier: TrainerSpec) throws -> TrainerSpec {
        var spec = earlier
        try fields(of: field, "trainer_spec") { number, value in
            switch number {
            case 3: spec.modelType = try integer(value, "model_type")
            case 24: spec.treatWhitespaceAsSuffix = try integer(value, "treat_whitespace_as_suffix") != 0
            case 35: spec.byteFallback = try integer(value, "byte_fallback") != 0
            case 40: spec.unkID = try integer(value, "unk_id")
            case 41: spec.bosID = try integer(value, "bos_id")
            case 42: spec.eosID = try integer(value, "eos_id")
            case 43: spec.padID = try integer(value, "pad_id")
            case 44: spec.unkSurface = try bytes(value, "unk_surface")
            default: break
            }
        }
        return spec
    }

    private func normalizer(
        _ field: ProtobufReader.Field, _ earlier: NormalizerSpec, _ name: String
    ) throws -> NormalizerSpec {
        var spec = earlier
        try fields(of: field, name) { number, value in
            switch number {
            case 2: spec.precompiledCharsmap = try bytes(value, "precompiled_charsmap")
            case 3: spec.addDummyPrefix = try integer(value, "add_dummy_prefix") != 0
            case 4: spec.removeExtraWhitespaces = try integer(value, "remove_extra_whitespaces") != 0
            case 5: spec.escapeWhitespaces = try integer(value, "escape_whitespaces") != 0
            default: break
            }
        }
        return spec
    }
}

// Values of the types that the proto declares.
extension SentencePieceFile {
    private func fields(
        of message: ProtobufReader.Field, _ name: String, _ read: (Int, ProtobufReader.Value) throws -> Void
    ) throws {
        try message.value.forEachField(name, in: path, read)
    }

    private func bytes(_ value: ProtobufReader.Value, _ name: String) throws -> ArraySlice<UInt8> {
        try value.bytes(name, in: path)
    }

    /// Reads an int32, bool or enum.
    private func integer(_ value: ProtobufReader.Value, _ name: String) throws -> Int {
        Int(Int32(truncatingIfNeeded: try value.integer(name, in: path)))
    }

    private func float(_ value: ProtobufReader.Value, _ name: String) throws -> Float {
        try value.float(name, in: path)
    }

    func error(_ subject: String?, found: String, expected: String) -> CheckpointError {
        CheckpointError(file: path, subject: subject, found: found, expected: expected)
    }
}
