import DAMVideo
import Foundation
import Masks
import Synchronization

/// Clips that are queued or running, with the state that is not in the database, and their readers.
final class LiveClips: Sendable {
    private struct Entry {
        var clip = LiveClip()
        var readers: [WeakMailbox] = []
    }

    private struct WeakMailbox {
        weak var mailbox: EventMailbox?
    }

    private let state = Mutex<[String: Entry]>([:])

    /// Adds a queued clip.
    /// - Parameter finished: the tracks of an earlier run.
    func add(_ id: String, finished: CaptionDocument? = nil) {
        state.withLock { clips in
            var live = clips[id] ?? Entry()
            live.clip = LiveClip(document: finished)
            clips[id] = live
        }
    }

    /// The finished tracks of a clip; nil if it has ended or nothing is known yet.
    func document(_ id: String) -> CaptionDocument? { state.withLock { $0[id]?.clip.document } }

    /// A clip with its progress.
    func entry(_ record: ClipRecord) -> ClipEntry { state.withLock { Self.entry(record, $0[record.id]?.clip) } }

    private static func entry(_ record: ClipRecord, _ live: LiveClip?) -> ClipEntry {
        guard let live, !record.state.hasEnded else { return ClipEntry(record: record) }
        var record = record
        record.tracks = live.trackCount ?? record.tracks
        record.tracksDone = live.document?.tracks.count ?? record.tracksDone
        return ClipEntry(record: record, progress: live.progress)
    }

    /// Subscribes to a clip: the current state first, then its events.
    /// - Returns: nil for a clip that has ended.
    func follow(_ record: ClipRecord, tracks: (CaptionDocument) -> CaptionDocument = { $0 }) -> EventMailbox? {
        state.withLock { clips in
            guard var live = clips[record.id] else { return nil }
            let mailbox = EventMailbox()
            mailbox.add(.clip(Self.entry(record, live.clip)))
            for track in live.clip.document.map(tracks)?.tracks ?? [] { mailbox.add(.track(track)) }
            for problem in live.clip.problems { mailbox.add(.problem(problem)) }
            mailbox.add(.progress(live.clip.progress))
            for text in live.clip.openTexts { mailbox.add(.token(text)) }
            live.readers.removeAll { $0.mailbox?.isClosed ?? true }
            live.readers.append(WeakMailbox(mailbox: mailbox))
            clips[record.id] = live
            return mailbox
        }
    }

    /// Number of connected readers of a clip.
    func readerCount(_ id: String) -> Int { state.withLock { $0[id]?.readers.count { !($0.mailbox?.isClosed ?? true) } ?? 0 } }

    /// Handles an event of a clip's job.
    func update(_ id: String, _ event: CaptionEvent) { change(id) { $0.take(event) } }

    /// Notifies a clip's readers of a track that a user added or changed.
    func tell(_ id: String, _ event: ClipEvent) { change(id) { _ in [event] } }

    /// Removes a clip that has ended, and notifies its readers.
    /// - Parameter entry: nil for a clip that another server will continue.
    func end(_ id: String, _ entry: ClipEntry?) {
        let readers = state.withLock { $0.removeValue(forKey: id)?.readers.compactMap(\.mailbox) ?? [] }
        for reader in readers {
            if let entry { reader.add(.end(entry)) }
            reader.finish()
        }
    }

    /// Ends all streams when the server stops.
    func endAll() {
        for id in state.withLock({ Array($0.keys) }) { end(id, nil) }
    }

    private func change(_ id: String, _ body: (inout LiveClip) -> [ClipEvent]) {
        state.withLock { clips in
            guard clips[id] != nil else { return }
            let events = body(&clips[id, default: Entry()].clip)
            for event in events { for reader in clips[id]?.readers ?? [] { reader.mailbox?.add(event) } }
        }
    }
}
