import Foundation
import Imaging

/// Merges the captions of several machines into what one machine would have written, after checking for gaps and duplicates.
package struct ShardMerge {
    /// One for each clip, in order.
    package private(set) var merged: [ShardPiece] = []
    /// Missing clips and shards, one line each, if they are allowed.
    package private(set) var missing: [String] = []
    /// Number of clips that an error names, to keep the message on one line.
    private static let namedClips = 3

    /// - Parameters:
    ///   - pieces: output of all shards, in any order.
    ///   - clips: all clips of the run, in order; nil if all pieces are of one clip.
    ///   - mayMiss: true to report missing pieces instead of refusing; duplicates are always refused.
    /// - Throws: `InputError`: `invalid` for pieces that are missing, duplicated or of another run, `usage` for several clips
    ///   without a list.
    package init(_ pieces: [ShardPiece], clips: [String]?, mayMiss: Bool = false) throws {
        var ofClip = Dictionary(grouping: pieces, by: \.clip)
        var order: [String] = []
        for clip in clips.map({ $0.map(ReadableJSON.readBack) }) ?? pieces.map(\.clip) where !order.contains(clip) { order.append(clip) }
        guard clips != nil || order.count == 1 else {
            throw InputError(
                .usage, "found captions of \(order.count) clips, expected one clip, or the run's list of clips (--batch-file), "
                    + "which tells whether one is missing")
        }
        let absent = order.filter { ofClip[$0] == nil }
        if !absent.isEmpty {
            let names = absent.prefix(Self.namedClips).joined(separator: ", ") + (absent.count > Self.namedClips ? " ..." : "")
            try miss("found no captions of \(absent.count) of \(order.count) clips: \(names)", mayMiss)
        }
        for clip in order {
            guard let pieces = ofClip.removeValue(forKey: clip) else { continue }
            if let whole = try merge(pieces, mayMiss) { merged.append(whole) }
        }
        if let other = ofClip.values.first?.first {
            throw InputError(.invalid, other.path, found: "captions of \(other.clip)", expected: "of a clip on the list")
        }
    }

    private mutating func miss(_ line: String, _ mayMiss: Bool) throws {
        guard mayMiss else { throw InputError(.invalid, line + ", expected all (--keep-going merges what is there)") }
        missing.append(line)
    }

    /// Merges the captions of one clip; nil if none are finished.
    private mutating func merge(_ pieces: [ShardPiece], _ mayMiss: Bool) throws -> ShardPiece? {
        for piece in pieces where !piece.isWhole {
            try miss("\(piece.path): found captions of \(piece.clip) that a run did not finish", mayMiss)
        }
        for (index, piece) in pieces.enumerated() {
            let shard = piece.document.shard
            // A document of all tracks duplicates every shard.
            let rivals = pieces[..<index].filter { [nil, shard].contains($0.document.shard) || shard == nil }
            guard let rival = rivals.first else { continue }
            let share = shard.map { "shard \($0.text) of " } ?? ""
            let place = rival.path == piece.path ? piece.path : "\(rival.path) and \(piece.path)"
            throw InputError(.invalid, place, found: "\(share)\(piece.clip) twice", expected: "it once")
        }
        let shards = pieces.compactMap(\.document.shard)
        guard let count = shards.first?.count, var first = pieces.min(by: { $0.document.index < $1.document.index }) else {
            return pieces.first
        }
        guard shards.allSatisfy({ $0.count == count }) else {
            let counts = Set(shards.map(\.count)).sorted().map(String.init).joined(separator: " and ")
            throw InputError(.invalid, first.clip, found: "shards of \(counts)", expected: "of one run")
        }
        let absent = Set(0..<count).subtracting(shards.map(\.index)).sorted()
        if !absent.isEmpty {
            try miss("\(first.clip): found no shard \(absent.map { "\($0)/\(count)" }.joined(separator: ", "))", mayMiss)
        }
        first.document = try document(pieces.sorted { $0.document.index < $1.document.index })
        first.request?.options.shard = nil
        return first
    }

    /// Merges documents of shards, which must agree on the clip and the model.
    private func document(_ pieces: [ShardPiece]) throws -> CaptionDocument {
        var result = pieces[0].document.withoutTracks
        let common = result.errors.filter { problem in pieces.allSatisfy { $0.document.errors.contains(problem) } }
        result.errors = common
        for piece in pieces {
            var request = piece.request
            request?.options.shard = pieces[0].request?.options.shard
            let own = piece.document.errors.filter { !common.contains($0) }
            guard piece.document.withoutTracks(errors: common) == result.withoutTracks(errors: common), request == pieces[0].request,
                own.allSatisfy({ $0.track != nil || $0.code == CaptionDocument.Problem.interrupted })
            else {
                throw InputError(
                    .invalid, piece.path, found: "another clip, model or options than in \(pieces[0].path)",
                    expected: "shards of one run")
            }
            for track in piece.document.tracks {
                guard !result.tracks.contains(where: { $0.id == track.id }) else {
                    throw InputError(.invalid, piece.path, found: "track \(track.id) in two shards", expected: "each track once")
                }
                result.insert(track)
            }
            for problem in own { result.insert(problem) }
        }
        return result
    }
}

extension CaptionDocument {
    /// Index of its shard; 0 for a complete document.
    fileprivate var index: Int { shard?.index ?? 0 }

    /// The document's facts about the clip and the model.
    fileprivate var withoutTracks: CaptionDocument {
        var document = self
        (document.tracks, document.shard) = ([], nil)
        return document
    }

    fileprivate func withoutTracks(errors: [Problem]) -> CaptionDocument {
        var document = withoutTracks
        document.errors = errors
        return document
    }
}
