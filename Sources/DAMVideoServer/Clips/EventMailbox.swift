import DAMVideo
import Foundation
import Masks
import Synchronization

/// An event of a clip, as sent to readers.
enum ClipEvent: Sendable {
    case clip(ClipEntry)
    case progress(ClipProgress)
    case token(TokenText)
    case track(CaptionDocument.Track)
    case problem(CaptionDocument.Problem)
    /// The error of a failed request.
    case error(String)
    case end(ClipEntry)

    /// Text appended to a caption.
    struct TokenText: Sendable, Encodable, Equatable {
        let track: TrackID
        /// One-based number of the part; nil for the whole track.
        let part: Int?
        var text: String

        private enum CodingKeys: String, CodingKey { case track, part, text }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(track, forKey: .track)
            try values.encode(part, forKey: .part)
            try values.encode(text, forKey: .text)
        }
    }

    private struct Problem: Encodable {
        let track: TrackID?
        let code: String
        let message: String

        private enum CodingKeys: String, CodingKey { case track, code, message }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(track, forKey: .track)
            try values.encode(code, forKey: .code)
            try values.encode(message, forKey: .message)
        }
    }

    var serverEvent: ServerEvent {
        func event(_ name: String, _ value: some Encodable) -> ServerEvent {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return ServerEvent(name: name, data: String(decoding: (try? encoder.encode(value)) ?? Data("{}".utf8), as: UTF8.self))
        }
        return switch self {
        case .clip(let entry): event("clip", entry)
        case .progress(let progress): event("progress", progress)
        case .token(let text): event("token", text)
        case .track(let track): event("track", track)
        case .problem(let problem): event("problem", Problem(track: problem.track, code: problem.code, message: problem.message))
        case .error(let message): event("error", ["message": message])
        case .end(let entry): event("end", entry)
        }
    }
}

/// Events for one reader, who may be slow; adding one never blocks. Unread events are merged: only the latest progress is kept,
/// and the tokens of a caption become one event, which is dropped once the track is finished. The queue is thus never larger than
/// a document.
final class EventMailbox: Sendable {
    private struct State {
        var events: [ClipEvent] = []
        var isClosed = false
        var reader: CheckedContinuation<ClipEvent?, Never>?
    }

    private let state = Mutex(State())
    /// Events until the mailbox closes. For a single reader; the mailbox closes when the stream is abandoned.
    var stream: AsyncStream<ServerEvent> {
        let reader = Reader(self)
        return AsyncStream {
            await reader.mailbox.next()?.serverEvent
        } onCancel: {
            reader.mailbox.close()
        }
    }

    /// Closes the mailbox when the stream that holds it is deallocated.
    private final class Reader: Sendable {
        let mailbox: EventMailbox

        init(_ mailbox: EventMailbox) { self.mailbox = mailbox }

        deinit { mailbox.close() }
    }

    func add(_ event: ClipEvent) {
        let reader: CheckedContinuation<ClipEvent?, Never>? = state.withLock { state in
            guard !state.isClosed else { return nil }
            guard let reader = state.reader else {
                state.events.join(event)
                return nil
            }
            state.reader = nil
            return reader
        }
        reader?.resume(returning: event)
    }

    /// Ends the stream after the pending events.
    func finish() { end(drops: false) }

    /// Ends the stream at once.
    func close() { end(drops: true) }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    private func end(drops: Bool) {
        let reader = state.withLock { state in
            defer { (state.isClosed, state.reader) = (true, nil) }
            if drops { state.events = [] }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    private func next() async -> ClipEvent? {
        await withCheckedContinuation { continuation in
            let ready: ClipEvent?? = state.withLock { state in
                if !state.events.isEmpty { return state.events.removeFirst() }
                if state.isClosed { return .some(nil) }
                state.reader = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}

extension [ClipEvent] {
    /// Adds an event, merged with those it continues or replaces.
    fileprivate mutating func join(_ event: ClipEvent) {
        switch event {
        case .progress:
            removeAll { if case .progress = $0 { true } else { false } }
        case .token(let text):
            for index in indices.reversed() {
                guard case .token(var earlier) = self[index], earlier.track == text.track, earlier.part == text.part else { continue }
                earlier.text += text.text
                self[index] = .token(earlier)
                return
            }
        case .track(let track):
            removeAll { if case .token(let text) = $0 { text.track == track.id } else { false } }
        case .clip, .problem, .error, .end: break
        }
        append(event)
    }
}
