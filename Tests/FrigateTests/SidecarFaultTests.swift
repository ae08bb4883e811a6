import DAMVideo
import Foundation
import Imaging
import Synchronization
import TestSupport
import Testing

@testable import Frigate

/// If these fail, a fault of Frigate or the network loses an event, describes it twice, or ends the service.
struct SidecarFaultTests {
    private func withSample(_ body: (SidecarSample) throws -> Void) throws {
        try withTemporaryDirectory { folder throws in
            let sample = try SidecarSample(folder)
            sample.frigate.add("a", .walk(1000))
            try body(sample)
        }
    }

    private func fail(_ sample: SidecarSample, _ fault: @escaping @Sendable (StubServer.Request, Int) -> StubServer.Response?) {
        sample.frigate.state.withLock { $0.fault = fault }
    }

    /// Answers the first matching requests with a fault.
    private func fail(
        _ sample: SidecarSample, first count: Int, _ response: StubServer.Response,
        where matches: @escaping @Sendable (StubServer.Request) -> Bool
    ) {
        let left = Mutex(count)
        fail(sample) { request, _ in
            guard matches(request) else { return nil }
            return left.withLock { left in
                left -= 1
                return left >= 0 ? response : nil
            }
        }
    }

    private static func isClip(_ request: StubServer.Request) -> Bool { request.path.hasSuffix("clip.mp4") }
    private static func isPost(_ request: StubServer.Request) -> Bool { request.method == "POST" && request.path.hasSuffix("description") }

    @Test func truncatedClipsAreDownloadedAgain() throws {
        try withSample { sample throws in
            var half = StubServer.Response(body: "clip")
            half.cut = 2
            fail(sample, first: 1, half, where: Self.isClip)
            #expect(try sample.run() == SidecarTally(described: 1))
            #expect(sample.lines.withLock { $0 } == ["a delayed: found a truncated answer, expected a whole answer, 2.0", "a described"])
        }
    }

    @Test func missingClipsAreRetriedThenGivenUp() throws {
        try withSample { sample throws in
            sample.frigate.state.withLock { $0.clips = [:] }
            sample.frigate.add("b", .walk(2000))
            #expect(try sample.run() == SidecarTally(described: 1, failed: 1))
            #expect(sample.lines.withLock { $0.filter { $0.hasPrefix("a ") } } == ([2, 10, 60] as [Double]).map {
                "a delayed: found no clip of it (HTTP 404), expected a whole answer, \($0)"
            } + ["a failed: found no clip of it (HTTP 404), expected a whole answer"])
            #expect(try sample.run() == SidecarTally())
        }
    }

    @Test func droppedConnectionsDelayNoOthers() throws {
        try withSample { sample throws in
            sample.frigate.add("b", .walk(500))
            fail(sample) { request, _ in
                guard Self.isClip(request), request.path.contains("/a/") else { return nil }
                var dropped = StubServer.Response(body: "")
                dropped.isDropped = true
                return dropped
            }
            #expect(try sample.run() == SidecarTally(described: 1, failed: 1))
            #expect(sample.frigate.sent == ["b: A person of b."])
        }
    }

    @Test func slowClipsAreRetried() throws {
        try withSample { sample throws in
            sample.frigate.add("b", .walk(500))
            var settings = sample.settings
            settings.timeout = 3
            let end = DispatchSemaphore(value: 0), isFirst = Mutex(true)
            defer { end.signal() }
            fail(sample) { request, _ in
                let isHeld = Self.isClip(request) && request.path.contains("/a/") && isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
                if isHeld { end.wait() }
                return nil
            }
            #expect(try sample.run(settings) == SidecarTally(described: 2))
            #expect(sample.lines.withLock { $0.contains("a delayed: found no answer in time, expected a whole answer, 2.0") })
            #expect(sample.frigate.sent.count == 2)
        }
    }

    @Test(arguments: ["", "/clip.mp4", "/description"])
    func deletedEventsAreSkipped(_ path: String) throws {
        try withSample { sample throws in
            fail(sample) { request, _ in
                guard request.path == "/api/events/a" + path || (path == "/clip.mp4" && request.path == "/api/events/a") else { return nil }
                // The event exists until its clip is requested.
                let asked = sample.frigate.requests.contains { $0.path.hasSuffix("clip.mp4") }
                return path == "/clip.mp4" && !asked ? nil : .init(status: 404, body: #"{"success": false, "message": "Event not found"}"#)
            }
            #expect(try sample.run() == SidecarTally(skipped: 1))
            #expect(sample.lines.withLock { $0 } == ["a skipped: it was deleted in Frigate"] && sample.frigate.sent.isEmpty)
        }
    }

    @Test func descriptionsAddedMeanwhileAreKept() throws {
        try withSample { sample throws in
            sample.describing.withLock { $0 = { event, _ in
                sample.frigate.state.withLock { $0.events[event.id]?.description = "By hand." }
            } }
            #expect(try sample.run() == SidecarTally(skipped: 1))
            #expect(sample.frigate.sent.isEmpty)
        }
    }

    /// The answer to a description is lost: the description is neither made nor sent again.
    @Test func aLostAnswerCausesNoSecondDescription() throws {
        try withSample { sample throws in
            let count = Mutex(0)
            sample.describing.withLock { $0 = { _, _ in count.withLock { $0 += 1 } } }
            fail(sample) { request, _ in
                guard Self.isPost(request) else { return nil }
                let isDone = sample.lines.withLock { !$0.isEmpty }
                return isDone ? nil : .init(status: 500, body: "")
            }
            #expect(try sample.run() == SidecarTally(described: 1))
            #expect(count.withLock { $0 } == 1 && sample.frigate.sent.count == 1)
        }
        try withSample { sample throws in
            // The request succeeded, and the process ended before it knew.
            fail(sample) { request, _ in
                if Self.isPost(request) { return .init(status: 503, body: "") }
                return nil
            }
            #expect(try sample.run() == SidecarTally(failed: 1))
        }
    }

    @Test func aCrashAfterSendingSendsNothingAgain() throws {
        try withSample { sample throws in
            #expect(try sample.run() == SidecarTally(described: 1))
            try {
                let memory = try EventMemory(sample.settings.state)
                var record = EventRecord(
                    FrigateEvent.sample("a", start: 1000), end: 1010, state: .captioned, due: 0)
                record.description = "A person of a."
                try memory.update(record)
            }()
            #expect(try sample.run() == SidecarTally(described: 1))
            #expect(sample.frigate.sent.count == 1)
        }
    }

    @Test func waitsWhileFrigateIsUnreachable() throws {
        try withSample { sample throws in
            fail(sample, first: 3, .init(status: 502, body: "")) { $0.path.contains("in_progress=1") }
            #expect(try sample.run() == SidecarTally(described: 1))
            let lines = sample.lines.withLock { $0 }
            #expect(lines == ["away: HTTP 502, 1.0", "away: HTTP 502, 2.0", "away: HTTP 502, 4.0", "back", "a described"])
        }
        try withSample { sample throws in
            fail(sample) { _, _ in .init(body: "<html>") }
            #expect(throws: InputError(
                .inputOutput, sample.frigate.url,
                found: "an answer that is not a list of events (is this the address of a Frigate server?)",
                expected: "an answer of Frigate")) { try sample.run() }
        }
        try withTemporaryDirectory { folder throws in
            let sample = try SidecarSample(folder), settings = sample.settings
            let nobody = try FrigateAddress("http://127.0.0.1:1", user: nil)
            let sidecar = try Sidecar(nobody, settings, clock: SidecarClock(now: { 0 }) { _ in }) { _, _, _, _, _, _ in
                EventDescription(text: "")
            } onEvent: { _ in }
            #expect(throws: InputError(
                .inputOutput, "http://127.0.0.1:1", found: "no connection to the server", expected: "an answer of Frigate")) {
                try sidecar.run()
            }
        }
    }

    @Test func logsInAgainWhenTheSessionExpires() throws {
        try withSample { sample throws in
            sample.frigate.state.withLock { $0.user = ("ann", "se cret\"", "t1") }
            let user = FrigateAddress.User(name: "ann", password: "se cret\"")
            sample.describing.withLock { $0 = { _, _ in sample.frigate.state.withLock { $0.user?.token = "t2" } } }
            #expect(try sample.run(user: user) == SidecarTally(described: 1))
            #expect(sample.frigate.state.withLock { $0.logins } == 2)
            let told = sample.frigate.requests.filter { !$0.path.hasSuffix("login") }
            #expect(!told.contains { String(decoding: $0.body, as: UTF8.self).contains("cret") || "\($0.headers)".contains("cret") })
        }
        try withSample { sample throws in
            sample.frigate.state.withLock { $0.user = ("ann", "right", "t1") }
            let error = #expect(throws: InputError.self) { try sample.run(user: FrigateAddress.User(name: "ann", password: "wrong")) }
            #expect(error?.description == "login: found HTTP 401 from Frigate for the user ann, expected its name and password")
            let nobody = #expect(throws: InputError.self) { try sample.run() }
            #expect(nobody?.description == "events: found HTTP 401 from Frigate, expected --user and --password-file of one of its users, "
                + "or its port 5000, which asks for none")
            #expect(nobody?.category == .notFound)
        }
    }

    @Test func missingPermissionIsReported() throws {
        try withSample { sample throws in
            fail(sample) { request, _ in Self.isPost(request) ? .init(status: 403, body: "") : nil }
            let error = #expect(throws: InputError.self) { try sample.run() }
            #expect(error?.description.contains("a user with the role admin") == true)
            // The description is kept, and sent by the next run.
            fail(sample) { _, _ in nil }
            sample.describing.withLock { $0 = { _, _ in throw EventProblem(message: "twice", mayPass: false) } }
            #expect(try sample.run() == SidecarTally(described: 1))
        }
    }

    @Test func addressesAreChecked() throws {
        #expect(try FrigateAddress("http://frigate:5000/", user: nil).base == "http://frigate:5000")
        #expect(try FrigateAddress("https://home/frigate/api", user: nil).url("events", [("labels", "a b,c&d")]).absoluteString
            == "https://home/frigate/api/events?labels=a%20b%2Cc%26d")
        for text in [
            "frigate:5000", "ftp://frigate", "http://", "http://a:b@frigate", "http://frigate/?x=1", "http://[::1]:5000",
            "http://frigate:99999",
        ] {
            #expect(throws: InputError.self) { try FrigateAddress(text, user: nil) }
        }
        #expect(FrigateAddress.path(of: "../x?y") == "events/..%2Fx%3Fy")
    }
}

extension FrigateEvent {
    static func sample(_ id: String, start: Double) -> FrigateEvent {
        FrigateEvent([
            "id": id, "camera": "front", "label": "person", "start_time": start, "end_time": start + 10, "has_clip": true,
            "data": ["box": [0.4, 0.4, 0.1, 0.3]],
        ] as [String: Any])!
    }
}
