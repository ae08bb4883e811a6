import DAMVideo
import Foundation
import Imaging
import Synchronization
import TestSupport
import Testing

@testable import Frigate

/// If these fail, an event is described twice, never, or as another one, or a running Frigate is disturbed.
struct SidecarTests {
    private func withSample(_ body: (SidecarSample) throws -> Void) throws {
        try withTemporaryDirectory { try body(SidecarSample($0)) }
    }

    @Test func eachEventIsDescribedOnceNewestFirst() throws {
        try withSample { sample throws in
            for number in 1...3 { sample.frigate.add("e\(number)", .walk(Double(number) * 1000)) }
            #expect(try sample.run() == SidecarTally(described: 3))
            #expect(sample.frigate.sent == ["e3: A person of e3.", "e2: A person of e2.", "e1: A person of e1."])
            sample.frigate.add("e4", .walk(4000))
            #expect(try sample.run() == SidecarTally(described: 1))
            #expect(sample.frigate.sent.count == 4 && sample.frigate.sent.last == "e4: A person of e4.")
            let last = try #require(sample.frigate.requests.last { $0.path.contains("has_clip") })
            // Old events are not listed again: the newest one of the previous run began at 3000.
            #expect(last.path.contains("in_progress=0") && last.path.contains("after=2700.000000"), "\(last.path)")
        }
    }

    @Test func onlyTheWantedEventsAreDescribed() throws {
        try withSample { sample throws in
            var car = StandInFrigate.Event.walk(1000), back = StandInFrigate.Event.walk(2000), mute = StandInFrigate.Event.walk(3000)
            (car.label, back.camera, mute.hasClip) = ("car", "back", false)
            var open = StandInFrigate.Event.walk(5000, x: 0.7)
            open.end = nil
            for (id, event) in [("car", car), ("back", back), ("mute", mute), ("open", open), ("old", .walk(500)), ("yes", .walk(4000))] {
                sample.frigate.add(id, event)
            }
            var settings = sample.settings
            (settings.labels, settings.cameras, settings.since) = (["person", "dog"], ["front"], 600)
            #expect(try sample.run(settings) == SidecarTally(described: 1))
            #expect(sample.frigate.sent == ["yes: A person of yes."])
            // An ongoing event is listed again until it ends, however long that takes.
            sample.frigate.add("late", .walk(9000))
            #expect(try sample.run(settings) == SidecarTally(described: 1))
            sample.frigate.state.withLock { $0.events["open"]?.end = 9990 }
            sample.time.withLock { $0 = 20_000 }
            #expect(try sample.run(settings) == SidecarTally(described: 1))
            #expect(sample.frigate.sent.last == "open: A person of open.")
        }
    }

    @Test func similarStationaryAndDescribedEventsAreSkipped() throws {
        try withSample { sample throws in
            var still = StandInFrigate.Event(start: 5000, end: 5060), brief = StandInFrigate.Event(start: 5200, end: 5215)
            still.path = [[0.5, 0.7, 5005], [0.52, 0.69, 5006]]
            brief.path = [[0.5, 0.7, 5205], [0.52, 0.69, 5206]]
            var told = StandInFrigate.Event.walk(7000), sound = StandInFrigate.Event.walk(8000)
            (told.description, sound.box) = ("A cat.", nil)
            for (id, event) in [
                ("first", .walk(1000)), ("again", .walk(1040, x: 0.42)), ("elsewhere", .walk(1045, x: 0.7)), ("later", .walk(1080)),
                ("still", still), ("brief", brief), ("told", told), ("sound", sound),
            ] as [(String, StandInFrigate.Event)] { sample.frigate.add(id, event) }
            #expect(try sample.run() == SidecarTally(described: 4, skipped: 4))
            #expect(Set(sample.lines.withLock { $0.filter { $0.contains("skipped") } }) == [
                "again skipped: it is similar to event first", "still skipped: the object does not move",
                "told skipped: it has a description",
                "sound skipped: it has no box of an object",
            ])
            #expect(sample.frigate.state.withLock { $0.events["told"]?.description } == "A cat.")
        }
        try withSample { sample throws in
            var told = StandInFrigate.Event.walk(1000)
            told.description = "A cat."
            for (id, event) in [("told", told), ("same", .walk(1020))] { sample.frigate.add(id, event) }
            var settings = sample.settings
            (settings.replaces, settings.gap) = (true, 0)
            #expect(try sample.run(settings) == SidecarTally(described: 2))
        }
    }

    @Test func aFailedEventIsReplacedByASimilarOne() throws {
        try withSample { sample throws in
            for (id, start) in [("a", 1000.0), ("b", 1020), ("c", 1040)] { sample.frigate.add(id, .walk(start)) }
            sample.describing.withLock { $0 = { event, _ in if event.id == "a" { throw EventProblem(message: "dark", mayPass: false) } } }
            #expect(try sample.run() == SidecarTally(described: 1, skipped: 2, failed: 1))
            #expect(sample.frigate.sent == ["b: A person of b."])
        }
    }

    @Test func longListsArePaged() throws {
        try withSample { sample throws in
            for number in 0..<250 { sample.frigate.add("e\(number)", .walk(Double(number) * 30 + 100)) }
            // Two events that begin at the same time, at the end of a page.
            sample.frigate.add("twin", .walk(150 * 30 + 100, x: 0.8))
            var settings = sample.settings
            settings.gap = 0
            #expect(try sample.run(settings).described == 251)
            #expect(Set(sample.frigate.state.withLock { $0.sent.map(\.id) }).count == 251)
        }
    }

    /// More events with one start time than a page holds.
    @Test func eventsOfOneMomentAreAllListed() throws {
        try withSample { sample throws in
            for number in 0..<230 { sample.frigate.add("e\(number)", .walk(1000)) }
            let tally = try sample.run()
            #expect(tally.described + tally.skipped == 230)
        }
    }

    @Test func aStoppedRunResumes() throws {
        try withSample { sample throws in
            for number in 1...3 { sample.frigate.add("e\(number)", .walk(Double(number) * 1000)) }
            let holder = Mutex<Sidecar?>(nil)
            sample.describing.withLock { $0 = { event, _ in if event.id == "e2" { holder.withLock { $0?.stop(within: .zero) } } } }
            try {
                let sidecar = try sample.sidecar()
                holder.withLock { $0 = sidecar }
                defer { holder.withLock { $0 = nil } }
                // The current event finishes, because its describer does not check for cancellation.
                #expect(try sidecar.run() == SidecarTally(described: 2))
                #expect(throws: InputError.self) { try sample.sidecar() }
            }()
            #expect(try sample.run() == SidecarTally(described: 1))
            #expect(sample.frigate.sent.map { String($0.prefix(2)) } == ["e3", "e2", "e1"])
            let left = try FileManager.default.contentsOfDirectory(atPath: sample.folder.path + "/state")
            #expect(left.allSatisfy { $0.hasPrefix("frigate.sqlite") && !$0.hasSuffix(".work") }, "\(left)")
        }
    }

    @Test func recentEventsWaitForTheirRecording() throws {
        try withSample { sample throws in
            sample.frigate.add("new", .walk(9985))
            let pauses = Mutex<[Double]>([])
            _ = try sample.sidecar(onPause: { seconds in pauses.withLock { $0.append(seconds) } }).run()
            #expect(pauses.withLock { $0 } == [15] && sample.frigate.sent.count == 1)
        }
    }
}
