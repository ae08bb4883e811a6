import DAMVideo
import Files
import Foundation
import Imaging
import Masks
import ObjectTracking

/// Tracks a marked object through its clip, and captions it as a new track of the document. Its captions go before those of batch
/// jobs.
struct ObjectDescription: Sendable {
    let engine: ServerEngine
    let documents: ClipDocuments
    let mediaRoot: MediaRoot?

    /// An object of a clip.
    struct Object: Sendable {
        let clip: ClipRecord
        /// Its track number.
        let number: Int
        let frame: Int
        let mask: Mask
        let question: String?
        let name: String?

        var track: TrackID { .number(number) }
    }

    /// Runs the description.
    /// - Parameter tell: called with each event on this thread; an error it throws ends the work.
    func run(_ object: Object, tell: (ClipEvent) throws -> Void) {
        do {
            let entry = try track(object, tell)
            try documents.library.add(Amendment(track: object.track, entry: entry), to: object.clip.id)
            documents.live.tell(object.clip.id, .track(entry))
            try tell(.track(entry))
            let clip = try documents.library.clip(object.clip.id) ?? object.clip
            try tell(.end(documents.live.entry(clip)))
        } catch {
            try? tell(.error(message(of: error)))
        }
    }

    private func message(of error: any Error) -> String {
        switch error {
        case let error as TrackFailure: error.message
        case is CancellationError: "the server is shutting down"
        default: APIError.telling(error, folder: documents.library.folder)?.message ?? "the object could not be described"
        }
    }

    private struct TrackFailure: Error { let message: String }

    /// The object's entry; also writes its masks.
    private func track(_ object: Object, _ tell: (ClipEvent) throws -> Void) throws -> CaptionDocument.Track {
        let files = documents.library.files(of: object.clip.id), source = try ClipSource(object.clip, files, engine, mediaRoot)
        let seed = files.path + "/seed-\(object.number).json"
        try write(object, source, to: seed)
        defer { try? FileManager.default.removeItem(atPath: seed) }
        var options = source.options
        (options.masks.format, options.masks.frameOffset, options.masks.frameStep) = (.youtubeVIS, 0, 1)
        options.masks.orientation = .shown
        (options.maxTracks, options.segmentation) = (nil, engine.tracking?.path)
        let isClip = object.clip.frames != 1
        let request = ClipRequest(clip: source.path, objects: .masks(path: seed, frames: isClip ? [object.frame] : nil), options: options)
        var captions = source.captions
        if let question = object.question, !question.isEmpty { captions.query = question }
        var captioner = VideoCaptioner(engine.engine, segmentation: engine.tracking)
        captioner.priority = .interactive
        let plan = try captioner.plan(request, file: source.file, options: captions)
        var steps = LiveClip()
        let clip = try captioner.caption(plan, events: { event in
            // The track is announced once it is stored.
            if case .finished = event { return }
            for step in steps.take(event) { try tell(step) }
        })
        guard var entry = clip.document.tracks.first(where: { $0.id == object.track }) else {
            throw TrackFailure(message: clip.document.errors.first { $0.track == object.track }?.message ?? "the object got no caption")
        }
        entry.name = object.name.flatMap { $0.isEmpty ? nil : $0 }
        try InputError.translating {
            try MaskWriter.write(clip.masks, as: .youtubeVIS, to: files.masks(of: object.number), replaces: true)
        }
        return entry
    }

    /// Writes the mask that tracking starts from.
    private func write(_ object: Object, _ source: ClipSource, to path: String) throws {
        guard let mask = PropagatedMask(object.mask, confidence: 1, isBackward: false) else {
            throw APIError(422, "found an empty region, expected one on the object", code: "invalid_region")
        }
        let masks = PropagatedMasks(
            path: source.path, size: PictureSize(width: object.mask.width, height: object.mask.height), source: nil, given: [:],
            part: object.frame..<object.frame + 1, damage: nil, carried: [object.track: [object.frame: mask]])
        try InputError.translating { try MaskWriter.write(masks, as: .youtubeVIS, to: path, replaces: true) }
    }
}
