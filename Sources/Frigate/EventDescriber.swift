import DAMVideo
import Foundation
import Imaging
import Media
import ObjectTracking

/// Description of an event's object.
package struct EventDescription: Sendable, Equatable {
    package let text: String
    /// Lines to know about how the object was found in its clip.
    package let notes: [String]

    package init(text: String, notes: [String] = []) { (self.text, self.notes) = (text, notes) }
}

/// A reason why an event has no description.
struct EventProblem: Error {
    let message: String
    /// True if another try may bring one: the clip may be complete by then.
    let mayPass: Bool
}

/// Describes the object of an event from its clip.
package struct EventDescriber: Sendable {
    package struct Settings: Sendable {
        package var captions = CaptionOptions()
        /// Frames per caption; nil for as many as the model was trained on.
        package var frames: Int?
        /// Seconds of a clip that are looked at, around the moment of the object's box.
        package var window = 60.0
        /// End of a clip that is taken to be its event's, where their lengths differ; nil to find out.
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
    ///   - folder: where files may be written.
    ///   - isLastTry: true if a clip that seems to lack a part is taken as it is.
    ///   - progress: told of each step; what it throws ends the call.
    /// - Throws: `EventProblem`, and `InputError` when no event can be described.
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
            // The path is one of a temporary file.
            throw EventProblem(message: error.description.replacing(path, with: "clip.mp4"), mayPass: true)
        }
    }

    private func describe(
        _ event: FrigateEvent, _ moment: BoxMoment, end: Double, _ path: String, _ folder: String, isLastTry: Bool,
        progress: (CaptionEvent) throws -> Void
    ) throws -> EventDescription {
        let clip = try VideoClip(path: path)
        guard let length = try clip.length() else {
            throw InputError(.invalid, path, found: "a clip with damage", expected: "one that can be decoded to its end")
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
