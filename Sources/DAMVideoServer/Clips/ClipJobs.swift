import DAMVideo
import Foundation
import Imaging
import Media
import Synchronization

/// The queue of clips, processed one at a time. It is kept in the database, so that after any kind of shutdown the next server
/// continues it.
final class ClipJobs: Sendable {
    private struct State {
        var work: ClipWork?
        /// True if the user cancelled the current clip.
        var isCancelled = false
        var isStopped = false
    }

    /// Limits for clips from clients, which must not refer to other files.
    private static let limits = DecodingLimits(maximumPixels: 1 << 26, opensOtherFiles: false)

    private let engine: ServerEngine
    private let library: ClipLibrary
    private let live: LiveClips
    private let mediaRoot: MediaRoot?
    private let thread = BlockingWork("clip-jobs", width: 1)
    private let state = Mutex(State())
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    init(_ engine: ServerEngine, _ library: ClipLibrary, _ live: LiveClips, _ mediaRoot: MediaRoot?) {
        (self.engine, self.library, self.live, self.mediaRoot) = (engine, library, live, mediaRoot)
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        for clip in (try? library.queued()) ?? [] { live.add(clip.id, finished: try? library.files(of: clip.id).finished()) }
    }

    /// Adds a clip to the queue.
    func add(_ clip: ClipRecord) throws {
        live.add(clip.id)
        do {
            try library.add(clip)
        } catch {
            live.end(clip.id, nil)
            throw error
        }
        arrival.yield()
    }

    /// Captions clips one after another, until the task is cancelled or `stop` is called.
    func run() async {
        await withTaskCancellationHandler {
            var arrivals = arrivals.makeAsyncIterator()
            repeat {
                while (try? await thread.run { try self.workOnNext() }) ?? false {}
            } while await arrivals.next() != nil
        } onCancel: {
            stop()
        }
    }

    /// Stops the current clip: finished tracks are written and the clip is queued again. No other clip is started.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.work?.cancel()
        }
        arrival.finish()
        live.endAll()
    }

    /// Cancels a clip at its next step, or removes it from the queue; finished tracks are kept.
    /// - Returns: events until the clip ends; nil if it had ended before.
    func cancel(_ id: String) throws -> EventMailbox? {
        guard let clip = try library.clip(id), let mailbox = live.follow(clip) else { return nil }
        let isWorking = try state.withLock { state in
            if state.work?.clip.id == id {
                state.isCancelled = true
                state.work?.cancel()
                return true
            }
            try library.update(id) { if $0.state == .queued { $0.state = .cancelled } }
            return false
        }
        if !isWorking { end(id) }
        return mailbox
    }

    /// Processes the clip that has waited longest.
    /// - Returns: false if none is waiting.
    private func workOnNext() throws -> Bool {
        let work: ClipWork? = try state.withLock { state in
            guard !state.isStopped, library.isThere, let clip = try library.takeQueued() else { return nil }
            let work = ClipWork(clip, engine, library, live, mediaRoot)
            (state.work, state.isCancelled) = (work, false)
            return work
        }
        guard let work else { return false }
        let result = Result { try DecodingLimits.$current.withValue(Self.limits) { try work.run() } }
        let (isCancelled, isStopped) = state.withLock { state in
            state.work = nil
            return (state.isCancelled, state.isStopped)
        }
        _ = try? library.update(work.clip.id) { clip in
            clip.attempts = 0
            switch result {
            case .success: (clip.state, clip.error) = (.finished, nil)
            case .failure(is CancellationError) where isCancelled: clip.state = .cancelled
            case .failure(is CancellationError) where isStopped: clip.state = .queued
            case .failure(let error): (clip.state, clip.error) = (.failed, self.message(error, work.clip))
            }
        }
        end(work.clip.id)
        return !isStopped
    }

    /// Applies users' edits to the document, and notifies the clip's readers.
    private func end(_ id: String) {
        guard let clip = try? library.clip(id), clip.state.hasEnded else { return live.end(id, nil) }
        try? library.applyAmendments(to: id)
        let record = (try? library.clip(id)) ?? clip
        if let video = try? library.files(of: id).readDocument()?.video { _ = try? library.update(id) { $0.take(video) } }
        live.end(id, ClipEntry(record: (try? library.clip(id)) ?? record))
    }

    /// An error message for the client, with the clip's name and without paths of the library.
    private func message(_ error: any Error, _ clip: ClipRecord) -> String {
        let text = switch error {
        case let error as APIError: error.message
        case let error as InputError: error.description
        case let error as any CategorizedError: error.description
        default: "the clip could not be captioned: \(error)"
        }
        return text.replacing(library.files(of: clip.id).path + "/", with: "")
    }
}
