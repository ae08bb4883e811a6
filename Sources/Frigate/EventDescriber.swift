import DAMVideo
import Foundation
import Imaging
import Media
import ObjectTracking

/// Description of an event's object.
package struct EventDescription: Sendable, Equatable {
    package let text: String
    /// Notes on how the object was found in its clip.
    package let notes: [String]

    package init(text: String, notes: [String] = []) { (self.text, self.notes) = (text, notes) }
}

/// Reason that an event has no description.
struct EventProblem: Error {
    let message: String
    /// True if a retry may succeed, because the clip may be complete by then.
    let mayPass: Bool
}

/// Describes the object of an event from its clip.
package struct EventDescriber: Sendable {
    package struct Settings: Sendable {
        package var captions = CaptionOptions()
        /// Frames per caption; nil for the number the model was trained on.
        package var frames: Int?
        /// Seconds of a clip to use, around the time of the object's box.
        package var window = 60.0
        /// End of a clip to align with its event's if their lengths differ; nil to decide automatically.
        package var alignment: ClipAlignment?

        package init() {}
    }

    private let captioner: VideoCaptioner
    private let segmentation: SegmentationModel?
    private let settings: Settings

    package init(_ engine: CaptionEngine, segmentation: SegmentationModel?, settings: Settings) {
        captioner = VideoCaptioner(engine, segmentation: segmentation)
        (self.segmentation, self.settings) = (segmentation, settings)
    }

    /// - Parameters:
    ///   - clip: path of the event's clip.
    ///   - folder: folder for temporary files.
    ///   - isLastTry: true to accept a clip that seems to lack a part.
    ///   - progress: called with each event; an error it throws ends the call.
    /// - Throws: `EventProblem`, and `InputError` if no event at all can be described.
    package func describe(
        _ event: FrigateEvent, end: Double, clip path: String, folder: String, isLastTry: Bool,
        progress: (CaptionEvent) throws -> Void
    ) throws -> EventDescription {
        let moment: BoxMoment
        do {
            moment = try BoxMoment(event)
        } catch let error as InputError {
            throw EventProblem(message: error.description, mayPass: false)
        }
        do {
            return try InputError.translating {
                try describe(event, moment, end: end, path, folder, isLastTry: isLastTry, progress: progress)
            }
        } catch let error as InputError where ![.usage, .unusableModel].contains(error.category) {
            // The path is that of a temporary file.
            throw EventProblem(message: error.description.replacing(path, with: "clip.mp4"), mayPass: true)
        }
    }

    private func describe(
        _ event: FrigateEvent, _ moment: BoxMoment, end: Double, _ path: String, _ folder: String, isLastTry: Bool,
        progress: (CaptionEvent) throws -> Void
    ) throws -> EventDescription {
        let clip = try VideoClip(path: path)
        guard let length = try clip.length() else {
            throw InputError(.invalid, path, found: "a clip with damage", expected: "an intact clip")
        }
        let times = ClipTimes(event, end: end, duration: length, alignment: settings.alignment)
        guard isLastTry || times.excess >= -ClipTimes.shortness else {
            let lengths = String(format: "%.1f s of %.1f s", length, length - times.excess)
            throw EventProblem(message: "found \(lengths) of its clip, expected all of it", mayPass: true)
        }
        let object = EventObject(event: event, clip: clip, path: path, window: settings.window)
        let found = try object.find(moment, times, length: length, usesModel: segmentation != nil, folder: folder) { step in
            let stage = step.stage == .finding ? CaptionEvent.Stage.finding : .following(isBackward: step.isBackward)
            try progress(.progress(stage, done: step.frame, total: nil))
        }
        var options = ClipOptions()
        (options.tracks, options.frames, options.part) = ([found.track], settings.frames, found.part)
        options.propagates = !found.isFollowed
        if case .prompts = found.source { options.segmentation = segmentation?.path }
        (options.masks.format, options.masks.frameOffset, options.masks.frameStep) = (.youtubeVIS, 0, 1)
        options.masks.orientation = .shown
        let plan = try captioner.plan(ClipRequest(clip: path, objects: found.source, options: options), options: settings.captions)
        let document = try captioner.caption(plan, events: progress).document
        guard let track = document.tracks.first else {
            throw InputError(.invalid, document.errors.first { $0.track != nil }?.message ?? "the object got no caption")
        }
        let text = track.caption.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw EventProblem(message: "the model's answer is empty", mayPass: false) }
        let damage = document.errors.filter { $0.code == "clip_damaged" }.map(\.message)
        return EventDescription(text: text, notes: found.notes + damage)
    }
}
