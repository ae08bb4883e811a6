import Files
import Foundation
import Tensors

/// A SentencePiece BPE model: text to piece ids and back. Source: Kudo and Richardson, arXiv 1808.06226, and SentencePiece's
/// model_interface.cc, normalizer.cc and sentencepiece_processor.cc, whose results it reproduces.
package struct SentencePieceModel: Sendable {
    /// Type of a piece; raw values as in sentencepiece_model.proto.
    package enum PieceType: Int, Sendable {
        case normal = 1, unknown, control, userDefined, unused, byte
    }

    struct Piece: Sendable {
        /// The piece's text: not empty, valid UTF-8, U+2581 for a space.
        let text: ByteString
        let score: Float
        let type: PieceType
        /// The byte of a byte piece, "<0x00>" to "<0xFF>".
        let byte: UInt8?
    }

    /// U+2581, which stands for a space in a piece.
    static let spaceSymbol: [UInt8] = Array("\u{2581}".utf8)

    let pieces: [Piece]
    private let ids: [ByteString: Int]
    let unknownID: Int
    /// The piece of each byte; empty without byte fallback, when unknown characters become the unknown piece.
    let byteIDs: [Int]
    /// Texts that are a single piece wherever they occur.
    let userDefined: PrefixMatcher
    /// Text that the unknown piece is decoded to, " ⁇ ".
    let unknownSurface: ArraySlice<UInt8>
    /// Special ids from training, nil if absent.
    package let bosID: Int?, eosID: Int?, padID: Int?
    /// True if encoding prepends a space, which decoding removes.
    package var addsDummyPrefix: Bool
    let removesExtraWhitespace: Bool
    let escapesWhitespace: Bool

    package var pieceCount: Int { pieces.count }

    /// - Parameter path: a `tokenizer.model`.
    /// - Throws: `CheckpointError` if the file is missing, invalid or needs an unsupported feature.
    package init(path: String) throws {
        guard let data = fileContents(path) else {
            throw CheckpointError(file: path, found: "no readable file", expected: "a SentencePiece model")
        }
        try self.init([UInt8](data), path: path)
    }

    /// - Parameter path: name of the file in errors.
    package init(_ bytes: [UInt8], path: String) throws {
        guard !bytes.isEmpty else {
            throw CheckpointError(file: path, found: "an empty file", expected: "a SentencePiece model")
        }
        let file = try SentencePieceFile(bytes, path: path)
        let trainer = try file.supportedTrainerSpec(), normalizer = try file.supportedNormalizerSpec()
        pieces = try file.checkedPieces(byteFallback: trainer.byteFallback)

        var ids: [ByteString: Int] = [:]
        ids.reserveCapacity(pieces.count)
        var unknown: Int?
        var bytePieces = [Int?](repeating: nil, count: 256)
        for (id, piece) in pieces.enumerated() {
            if let earlier = ids.updateValue(id, forKey: piece.text) {
                throw file.error(
                    "piece \(id)", found: "\(piece.text) again, as piece \(earlier)", expected: "each piece once")
            }
            if piece.type == .unknown {
                guard unknown == nil else {
                    throw file.error("piece \(id)", found: "a second unknown piece", expected: "one")
                }
                unknown = id
            }
            if let byte = piece.byte { bytePieces[Int(byte)] = id }
        }
        guard let unknown else { throw file.error(nil, found: "no unknown piece", expected: "one") }
        byteIDs = trainer.byteFallback ? bytePieces.compactMap { $0 } : []
        guard byteIDs.count == (trainer.byteFallback ? 256 : 0) else {
            throw file.error("byte_fallback", found: "\(byteIDs.count) byte pieces", expected: "256")
        }
        unknownID = unknown
        self.ids = ids
        userDefined = PrefixMatcher(pieces.lazy.filter { $0.type == .userDefined }.map(\.text))
        unknownSurface = trainer.unkSurface
        bosID = trainer.bosID < 0 ? nil : trainer.bosID
        eosID = trainer.eosID < 0 ? nil : trainer.eosID
        padID = trainer.padID < 0 ? nil : trainer.padID
        addsDummyPrefix = normalizer.addDummyPrefix
        removesExtraWhitespace = normalizer.removeExtraWhitespaces
        escapesWhitespace = normalizer.escapeWhitespaces
    }

    /// The id of a piece by name, or else the unknown piece's.
    func id(named name: ByteString) -> Int { ids[name] ?? unknownID }

    /// The piece of a text. Control and byte pieces never match, even where their names occur.
    func id(for text: ArraySlice<UInt8>) -> Int? {
        guard let id = ids[ByteString(text)] else { return nil }
        switch pieces[id].type {
        case .normal, .userDefined, .unused: return id
        case .unknown, .control, .byte: return nil
        }
    }
}
