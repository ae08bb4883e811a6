import DAMVideo
import Dispatch
import Foundation
import GRDB
import Imaging
import Synchronization

/// Describes each event of a Frigate server once: lists events, downloads clips, captions their objects and sends the captions.
/// Progress is stored, so that a later run continues.
package final class Sidecar: Sendable {
    /// Describes an event from a clip, as `EventDescriber.describe`.
    package typealias Describe = @Sendable (
        _ event: FrigateEvent, _ end: Double, _ clip: String, _ folder: String, _ isLastTry: Bool,
        _ progress: (CaptionEvent) throws -> Void
    ) throws -> EventDescription

    /// Seconds by which a listing overlaps the previous one, because Frigate lists an object some seconds after it was first
    /// visible.
    private static let overlap = 300.0
    /// Maximum seconds that listings reach back for an ongoing event.
    private static let longestEvent = 86400.0
    /// Consecutive failed listings after which a `--once` run gives up.
    private static let mostFailures = 6
    private static let longestPause = 300.0

    private let address: FrigateAddress
    private let settings: SidecarSettings
    private let memory: EventMemory
    private let client: FrigateClient
    private let work: EventWork
    private let clock: SidecarClock
    private let stopping: SidecarStop
    private let onEvent: @Sendable (SidecarEvent) -> Void

    /// - Parameter onEvent: called with each event, on the thread of `run`.
    /// - Throws: `InputError` if the database cannot be used.
    package init(
        _ address: FrigateAddress, _ settings: SidecarSettings, clock: SidecarClock = SidecarClock(), describe: @escaping Describe,
        onEvent: @escaping @Sendable (SidecarEvent) -> Void
    ) throws {
        (self.address, self.settings, self.clock, self.onEvent) = (address, settings, clock, onEvent)
        memory = try EventMemory(settings.state)
        client = FrigateClient(address, timeout: settings.timeout)
        stopping = SidecarStop()
        work = EventWork(
            settings: settings, memory: memory, client: client, clock: clock, stopping: stopping, describe: describe, onEvent: onEvent)
    }

    /// Ends the run, from any thread: no further event is started.
    /// - Parameter grace: seconds to finish the current event; otherwise the next run repeats it.
    package func stop(within grace: Duration) { stopping.stop(within: grace) }

    /// Runs until it is stopped or, with `isOnce`, all events are done.
    /// - Throws: `InputError` if Frigate refuses access, does not answer a `--once` run, or progress cannot be stored.
    package func run() throws -> SidecarTally {
        do {
            return try loop()
        } catch let error as DatabaseError {
            throw InputError(.inputOutput, "\(settings.state): cannot be used: \(error.message ?? "\(error.resultCode)")")
        }
    }

    private func loop() throws -> SidecarTally {
        var tally = SidecarTally(), failures = 0
        while !stopping.isStopped {
            do {
                try takeIn(list(), &tally)
                if failures > 0 { onEvent(.back) }
                failures = 0
                try workThrough(&tally)
            } catch let failure as FrigateFailure {
                failures += 1
                let words = failure.words
                guard !settings.isOnce || failures < Self.mostFailures else {
                    throw InputError(.inputOutput, address.base, found: words, expected: "an answer of Frigate")
                }
                let seconds = min(Self.longestPause, pow(2, Double(failures - 1)))
                onEvent(.away(words, seconds: seconds))
                pause(seconds)
                continue
            } catch is CancellationError {
                break
            }
            let left = try memory.left()
            if settings.isOnce, left.count == 0 { break }
            let due = left.due.map { max(0.1, $0 - clock.now()) } ?? .infinity
            pause(settings.isOnce ? due : min(settings.interval, due))
        }
        return tally
    }

    private func pause(_ seconds: Double) {
        guard !stopping.isStopped else { return }
        if let pause = clock.pause { pause(seconds) } else { stopping.wait(seconds) }
    }

    private struct Listing {
        let events: [FrigateEvent]
        let oldestOpen: Double?
        let after: Double?
    }

    private func list() throws -> Listing {
        // Continues where the last run ended, or earlier if requested; known events are skipped.
        let after = [try memory.after(), settings.since].compactMap(\.self).min()
        // Requested first, so that an event that ends in between is in the second answer.
        let oldestOpen = try client.oldestOpenEvent()
        let events = try client.endedEvents(after: after, labels: settings.labels, cameras: settings.cameras)
        return Listing(events: events, oldestOpen: oldestOpen, after: after)
    }

    private func takeIn(_ listing: Listing, _ tally: inout SidecarTally) throws {
        let known = try memory.known(listing.events.map(\.id))
        let new = listing.events.filter { !known.contains($0.id) }
        for event in new { try work.takeIn(event, &tally) }
        if !new.isEmpty { onEvent(.listed(new: new.count, waiting: try memory.left().count)) }
        guard let newest = listing.events.map(\.start).max() else { return }
        let next = max(newest - Self.longestEvent, min(newest - Self.overlap, (listing.oldestOpen ?? .infinity) - 0.001))
        if next > listing.after ?? -.infinity { try memory.setAfter(next) }
    }

    /// Processes due events until the next listing.
    private func workThrough(_ tally: inout SidecarTally) throws {
        let until = clock.now() + settings.interval
        repeat {
            guard !stopping.isStopped, let record = try memory.next(now: clock.now()) else { return }
            try work.work(on: record, &tally)
        } while clock.now() < until
    }
}

/// Stop flag, and the deadline for the current work.
final class SidecarStop: Sendable {
    private let deadline = Mutex<ContinuousClock.Instant?>(nil)
    private let bell = DispatchSemaphore(value: 0)

    var isStopped: Bool { deadline.withLock { $0 != nil } }

    func stop(within grace: Duration) {
        deadline.withLock { $0 = .now + grace }
        bell.signal()
    }

    /// Waits for some seconds, or until `stop`.
    func wait(_ seconds: Double) { _ = bell.wait(timeout: .now() + min(seconds, 86400)) }

    /// - Throws: `CancellationError` after the deadline.
    func check() throws {
        if let deadline = deadline.withLock({ $0 }), ContinuousClock.now >= deadline { throw CancellationError() }
    }
}
