import DAMVideo
import Files
import Foundation
import Imaging
import Masks

/// Description of marked objects, and edits of tracks.
extension ClipRoutes {
    func findMask(_ clip: ClipRecord, _ request: ServerRequest) async throws -> ServerResponse {
        let prompt = try await request.json(PromptBody.self)
        let image = try await image(clip, prompt)
        return try await segmenting.run { [self] in try .json(MaskEntry(prompt.mask(in: image, segmented(clip, prompt, image)))) }
    }

    func describe(_ clip: ClipRecord, _ request: ServerRequest) async throws -> ServerResponse {
        let prompt = try await request.json(PromptBody.self)
        guard following.count < Self.mostDescriptions else {
            throw APIError(429, "\(following.count) objects are waiting to be described, try again later", retryAfter: 10)
        }
        let image = try await image(clip, prompt)
        let mask = try await segmenting.run { [self] in try prompt.mask(in: image, segmented(clip, prompt, image)) }
        let number = try await work.run { [documents, library, masks] in
            let taken = try documents.required(clip).tracks.map(\.id).reduce(0) {
                if case .number(let number) = $1 { max($0, number) } else { $0 }
            }
            return try library.takeTrackNumber(of: clip.id, least: max(taken + 1, masks.freeNumber(library.files(of: clip.id))))
        }
        let object = ObjectDescription.Object(
            clip: clip, number: number, frame: prompt.frame, mask: mask, question: prompt.question, name: prompt.name)
        let description = ObjectDescription(engine: engine, documents: documents, mediaRoot: mediaRoot), mailbox = EventMailbox()
        mailbox.add(.clip(live.entry(clip)))
        mailbox.add(.progress(ClipProgress(stage: .waiting)))
        following.start {
            description.run(object) { event in
                // The client has left.
                if mailbox.isClosed { throw CancellationError() }
                mailbox.add(event)
            }
            mailbox.finish()
        }
        return ServerResponse(body: .events(mailbox.stream))
    }

    private func segmented(_ clip: ClipRecord, _ prompt: PromptBody, _ image: RGBImage) -> SegmentedFrame? {
        engine.segmentation.map { SegmentedFrame(clip: clip.id, frame: prompt.frame, image: image, model: $0, frames: segmentedFrames) }
    }

    private func image(_ clip: ClipRecord, _ prompt: PromptBody) async throws -> RGBImage {
        guard prompt.frame >= 0 else { throw APIError(400, "frame \(prompt.frame): expected 0 or more", param: "frame") }
        return try await pictures.image(clip, prompt.frame) { [self] in try source(clip) }
    }

    /// Fields of a track that users can edit; null clears a field, and a missing field stays.
    private struct TrackChange: Decodable {
        let caption: String?
        let name: String??
        let label: String??

        private enum CodingKeys: String, CodingKey { case caption, name, label }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            func given(_ key: CodingKeys) throws -> String?? {
                guard values.contains(key) else { return nil }
                let text = try values.decodeIfPresent(String.self, forKey: key)
                if let text, text.count > TrackChange.longestText { throw TrackChange.tooLong(key) }
                return .some(text.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 })
            }
            if values.contains(.caption) {
                guard let text = try given(.caption) ?? nil else {
                    throw APIError(400, "caption: found none, expected text", param: "caption", code: "invalid_parameter")
                }
                caption = text
            } else {
                caption = nil
            }
            (name, label) = (try given(.name), try given(.label))
        }

        /// Upper bound on a caption's characters.
        private static let longestText = 20_000

        private static func tooLong(_ key: CodingKeys) -> APIError {
            APIError(413, "\(key.rawValue): found more than \(longestText) characters, expected fewer", param: key.rawValue)
        }
    }

    func changeTrack(_ clip: ClipRecord, _ track: String, _ request: ServerRequest) async throws -> ServerResponse {
        let change = try await request.json(TrackChange.self)
        return try await work.run { [documents] in
            let changed = try documents.change(clip, track: track) { track in
                var track = track
                if let caption = change.caption, caption != track.caption { (track.caption, track.edited) = (caption, true) }
                if let name = change.name { track.name = name }
                if let label = change.label { track.label = label }
                return track
            }
            return try .json(changed)
        }
    }

    func removeTrack(_ clip: ClipRecord, _ track: String) async throws -> ServerResponse {
        try await work.run { [documents, library] in
            _ = try documents.change(clip, track: track) { _ in nil }
            if let number = Int(track) { try? FileManager.default.removeItem(atPath: library.files(of: clip.id).masks(of: number)) }
            return ServerResponse(status: 204)
        }
    }
}
