import DAMVideo
import Files
import Foundation
import Imaging
import Masks
import Metrics
import Synchronization

/// The caption job of one clip, which records each step in the library. Used by the jobs' thread only, except for `cancel`.
final class ClipWork: Sendable {
    let clip: ClipRecord
    private let engine: ServerEngine
    private let library: ClipLibrary
    private let live: LiveClips
    private let mediaRoot: MediaRoot?
    private let state = Mutex(State())

    private struct State {
        var runner: CaptionJobRunner?
        var isCancelled = false
        /// Warnings of the job.
        var notices: [String] = []
    }

    init(_ clip: ClipRecord, _ engine: ServerEngine, _ library: ClipLibrary, _ live: LiveClips, _ mediaRoot: MediaRoot?) {
        (self.clip, self.engine, self.library, self.live, self.mediaRoot) = (clip, engine, library, live, mediaRoot)
    }

    /// Cancels the job at its next step, from any thread; finished tracks are written.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.runner?.cancel()
        }
    }

    /// Captions the clip.
    /// - Throws: `CancellationError` if it was cancelled; `InputError` or `APIError` if it cannot be captioned.
    func run() throws {
        let files = library.files(of: clip.id)
        let source = try ClipSource(clip, files, engine, mediaRoot)
        let captioner = VideoCaptioner(engine.engine, segmentation: engine.tracking, detector: engine.detector)
        guard source.objects != nil else { return try keep(source, captioner, files) }
        let outputs = JobOutputs(output: files.document, formats: [.json, .jsonl], replaces: .all) { _ in StoredMasksFile(files: files) }
        guard var job = try outputs.jobs(for: [source.request], areMany: false).first else { return }
        job.file = source.file
        job = try earlier(job.resumed(), else: job)
        try job.check()
        let runner = CaptionJobRunner(captioner, options: source.captions) { [self] in take($0) }
        try state.withLock { state in
            if state.isCancelled { throw CancellationError() }
            state.runner = runner
        }
        defer { state.withLock { $0.runner = nil } }
        var failures = JobFailures(keepsGoing: false)
        try runner.run([job], &failures)
    }

    /// The job that continues what an earlier server left, or a fresh one if that has no track of this model.
    /// - Throws: `InputError` if another model made its tracks: a document has one model.
    private func earlier(_ resumed: CaptionJob, else fresh: CaptionJob) throws -> CaptionJob {
        let model = engine.engine.model
        guard let run = resumed.earlier, !run.isOf(model) else { return resumed }
        if run.tracks.isEmpty { return fresh }
        // Makes the kept tracks searchable.
        try store(.began(run.document))
        throw InputError(
            .usage, clip.source, found: "tracks of the model \(Self.name(run.model.path)), \(run.tracks.count) in all, which are kept",
            expected: "that model to finish the others; this server has \(Self.name(model.path)): add the clip again for its captions")
    }

    private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Writes a document without tracks, for a clip whose objects users will mark.
    private func keep(_ source: ClipSource, _ captioner: VideoCaptioner, _ files: ClipFolder) throws {
        guard FileStatus(files.document) == nil else { return }
        let plan = try captioner.plan(source.request, file: source.file, options: source.captions)
        let document = try captioner.documentWithoutTracks(plan) { frame, total in
            if self.state.withLock({ $0.isCancelled }) { throw CancellationError() }
            self.live.update(self.clip.id, .progress(.decoding, done: frame, total: total))
        }
        try files.write(document)
    }

    private func take(_ event: CaptionJobRunner.Event) {
        // Stop work that could not be saved.
        if !library.isThere { cancel() }
        switch event {
        case .clip(let event):
            live.update(clip.id, event)
            if case .finished = event { Counter(label: "damvideo_tracks_total").increment() }
            // Makes a track searchable at once. If that fails, all tracks are stored at the end of the job.
            try? store(event)
        case .notice(let line): state.withLock { $0.notices.append(line) }
        case .ended, .message: break
        }
    }

    private func store(_ event: CaptionEvent) throws {
        let id = clip.id
        switch event {
        case .began(let document):
            let shown = document.amended(try library.amendments(of: id))
            try library.database.write { try CaptionIndex($0).replaceAll(by: shown, of: id) }
            try library.update(id) { $0.take(document.video) }
        case .finished(let track):
            try library.database.write { try CaptionIndex($0).replace(track.id, by: track, of: id) }
            // Progress resets the count: a clip fails only after crashes without a finished track in between.
            try library.update(id) { clip in
                clip.tracksDone += 1
                clip.attempts = 0
            }
        case .progress, .token, .failed: break
        }
    }
}

extension ClipRecord {
    /// Stores facts that became known by decoding the clip.
    mutating func take(_ video: CaptionDocument.Video) {
        (width, height, fps, frames, duration) = (video.width, video.height, video.fps, video.frames, video.duration)
    }
}

/// The file of a clip's masks, written as soon as its objects are tracked.
private struct StoredMasksFile: ClipSideFiles {
    let files: ClipFolder

    // The library manages this file, so it cannot conflict with other outputs.
    var paths: [String] { [] }

    func isOwn(_ path: String) -> Bool { false }

    func check(_ request: ClipRequest, resumes: Bool) throws {}

    func begin(_ clip: CaptionedClip, resumes: Bool) throws {
        guard !clip.masks.tracks.isEmpty else { return }
        try InputError.translating { try MaskWriter.write(clip.masks, as: .youtubeVIS, to: files.masks, replaces: true) }
    }

    func write(_ clip: CaptionedClip, resumes: Bool, events: (CaptionEvent) throws -> Void) throws {}
}
