import DAMVideo
import Foundation
import Imaging
import Masks

/// The current documents of clips, including those being captioned.
struct ClipDocuments: Sendable {
    let library: ClipLibrary
    let live: LiveClips

    /// The document with all edits; nil if nothing is known of the clip yet.
    /// - Throws: `InputError` for a file that is not a document.
    func document(_ id: String) throws -> CaptionDocument? {
        let document = try live.document(id) ?? library.files(of: id).finished()
        return try document?.amended(library.amendments(of: id))
    }

    /// The document of a clip.
    /// - Throws: `APIError` 409 if there is none yet.
    func required(_ clip: ClipRecord) throws -> CaptionDocument {
        if let document = try document(clip.id) { return document }
        throw APIError(
            409, clip.state.hasEnded ? "\(clip.name): found no captions: \(clip.error ?? "its job was cancelled before the first one")"
                : "\(clip.name): found no captions yet, expected its objects to be followed first", code: "not_ready")
    }

    /// The document of a clip whose job has ended.
    /// - Throws: `APIError` 409 if its job has not ended.
    func ended(_ clip: ClipRecord) throws -> CaptionDocument {
        guard clip.state.hasEnded else {
            throw APIError(409, "\(clip.name): its job is still running, expected it to have ended", code: "not_ready")
        }
        return try required(clip)
    }

    /// Edits a track.
    /// - Parameter change: returns the track's new version; nil removes it.
    /// - Returns: the new version; nil if it was removed.
    /// - Throws: `APIError` 404 if there is no such track, and what `change` throws.
    func change(
        _ clip: ClipRecord, track name: String, _ change: (CaptionDocument.Track) throws -> CaptionDocument.Track?
    ) throws -> CaptionDocument.Track? {
        let tracks = try document(clip.id)?.tracks ?? []
        // An id that is a number precedes the name of the same characters.
        guard let track = tracks.first(where: { $0.id.description == name }) else {
            throw APIError(404, "\(clip.name): found no track \(name), expected \(Self.list(tracks))", code: "not_found")
        }
        let entry = try change(track)
        try library.add(Amendment(track: track.id, entry: entry), to: clip.id)
        if let entry { live.tell(clip.id, .track(entry)) }
        return entry
    }

    private static func list(_ tracks: [CaptionDocument.Track]) -> String {
        tracks.isEmpty ? "none" : tracks.prefix(20).map(\.id.description).joined(separator: ", ")
    }
}
