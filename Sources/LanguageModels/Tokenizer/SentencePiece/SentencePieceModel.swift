import Files
import Foundation
import Tensors

/// A SentencePiece BPE model: text to piece ids and back. Source: Kudo and Richardson, arXiv 1808.06226, and
/// SentencePiece's model_interface.cc, normalizer.cc and sentencepiece_processor.cc, whose results it equals.
package struct SentencePieceModel: Sendable {
    /// Purpose of a piece; raw values as in sentencepiece_model.proto.
    package enum PieceType: Int, Sendable {
        case normal = 1, unknown, control, userDefined, unused, byte
    }

    struct Piece: Sendable {
        /// Not empty, valid UTF-8, U+2581 for a space.
        let text: ByteString
        let score: Float
        let type: PieceType
        /// The byte of a byte piece, "<0x00>" to "<0xFF>".
        let byte: UInt8?
    }

    /// U+2581, what a space is in a piece.
    static let spaceSymbol: [UInt8] = Array("\u{2581}".utf8)

    let pieces: [Piece]
    private let ids: [ByteString: Int]
    let unknownID: Int
    /// Per byte the piece that stands for it; empty when unknown characters become the unknown piece instead.
    let byteIDs: [Int]
    /// Texts that are one piece wherever they appear.
    let userDefined: PrefixMatcher
    /// Text that the unknown piece is decoded to, " ⁇ ".
    let unknownSurface: ArraySlice<UInt8>
    /// Ids the model was trained with, nil where it has none.
    package let bosID: Int?, eosID: Int?, padID: Int?
    /// True if a space is put in front of every text, and taken off again.
    package var addsDummyPrefix: Bool
    let removesExtraWhitespace: Bool
    let escapesWhitespace: Bool

    package var pieceCount: Int { pieces.count }

    /// - Parameter path: a `tokenizer.model`.
    /// - Throws: `CheckpointError` when the file is missing, broken or asks for what is not supported.
    package init(path: String) throws {
        guard let data = fileContents(path) else {
            throw CheckpointError(file: path, found: "no readable file", expected: "a SentencePiece model")
        }
        try self.init([UInt8](data), path: path)
    }

    /// - Parameter path: what errors call the file.
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

    /// The id of a piece by its name, the unknown piece's when there is none of that name.
    func id(named name: ByteString) -> Int { ids[name] ?? unknownID }

    /// The piece that stands for a text: control and byte pieces stand for none, even where their names appear.
    func id(for text: ArraySlice<UInt8>) -> Int? {
        guard let id = ids[ByteString(text)] else { return nil }
        switch pieces[id].type {
        case .normal, .userDefined, .unused: return id
        case .unknown, .control, .byte: return nil
        }
    }
}
