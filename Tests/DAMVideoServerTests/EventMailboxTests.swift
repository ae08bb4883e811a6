import DAMVideo
import Foundation
import Testing

@testable import DAMVideoServer

@Suite("Event mailboxes")
struct EventMailboxTests {
    private func token(_ text: String, track: Int = 1, part: Int? = nil) -> ClipEvent {
        .token(ClipEvent.TokenText(track: .number(track), part: part, text: text))
    }

    private func names(_ stream: AsyncStream<ServerEvent>) async -> [String] {
        var names: [String] = []
        for await event in stream { names.append("\(event.name ?? "") \(event.data)") }
        return names
    }

    @Test("Events unread by a slow reader are merged")
    func slow() async {
        let mailbox = EventMailbox(), stream = mailbox.stream
        for count in 0..<10_000 {
            mailbox.add(.progress(ClipProgress(stage: .decoding, done: count)))
            mailbox.add(token("a", track: count % 2))
        }
        mailbox.add(.error("x"))
        mailbox.finish()
        mailbox.add(.error("too late"))
        let text = String(repeating: "a", count: 5000)
        #expect(await names(stream) == [
            #"token {"part":null,"text":"\#(text)","track":0}"#, #"token {"part":null,"text":"\#(text)","track":1}"#,
            #"progress {"done":9999,"seconds_left":null,"stage":"decoding","total":null}"#, #"error {"message":"x"}"#,
        ])
    }

    @Test("An abandoned stream is released")
    func dropped() async {
        let live = LiveClips(), record = ClipRecord(id: ClipID.make(), name: "a", options: "{}")
        live.add(record.id)
        weak var kept: EventMailbox?
        do {
            let mailbox = live.follow(record)
            kept = mailbox
            let stream = mailbox?.stream
            #expect(live.readerCount(record.id) == 1)
            withExtendedLifetime(stream) {}
        }
        #expect(kept == nil)
        #expect(live.readerCount(record.id) == 0)
    }

    @Test("A reader whose task is cancelled is released")
    func cancelled() async {
        let mailbox = EventMailbox(), stream = mailbox.stream
        let task = Task { await names(stream) }
        task.cancel()
        _ = await task.value
        #expect(mailbox.isClosed)
    }

    @Test("A late reader gets the text so far first, and the end last")
    func late() async throws {
        let live = LiveClips(), record = ClipRecord(id: ClipID.make(), name: "a", options: "{}")
        live.add(record.id)
        live.update(record.id, .progress(.decoding, done: 3, total: 10))
        let mailbox = try #require(live.follow(record))
        live.end(record.id, ClipEntry(record: record))
        let events = await names(mailbox.stream)
        #expect(events.count == 3)
        #expect(events[0].hasPrefix("clip {"))
        #expect(events[1] == #"progress {"done":3,"seconds_left":null,"stage":"decoding","total":10}"#)
        #expect(events[2].hasPrefix("end {"))
        #expect(live.follow(record) == nil)
    }
}
