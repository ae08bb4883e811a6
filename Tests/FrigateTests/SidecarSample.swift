import DAMVideo
import Foundation
import Synchronization
import TestSupport

@testable import Frigate

/// A sidecar with a stand-in Frigate, a describer that uses the event's id, and a clock that does not wait.
final class SidecarSample: Sendable {
    let frigate: StandInFrigate
    let folder: URL
    /// Lines about the outcomes of events.
    let lines = Mutex<[String]>([])
    let time = Mutex(10_000.0)
    /// Called for each event described, with the one-based number of the try.
    let describing = Mutex<@Sendable (FrigateEvent, Int) throws -> Void>({ _, _ in })
    private let tries = Mutex<[String: Int]>([:])

    init(_ folder: URL) throws {
        frigate = try StandInFrigate()
        self.folder = folder
    }

    var settings: SidecarSettings {
        var settings = SidecarSettings(state: folder.path + "/state/frigate.sqlite")
        (settings.isOnce, settings.timeout) = (true, 5)
        return settings
    }

    func sidecar(
        _ settings: SidecarSettings? = nil, user: FrigateAddress.User? = nil, onPause: @escaping @Sendable (Double) -> Void = { _ in }
    ) throws -> Sidecar {
        let clock = SidecarClock(now: { self.time.withLock { $0 } }) { seconds in
            self.time.withLock { $0 += min(seconds, 1e6) }
            onPause(seconds)
        }
        let address = try FrigateAddress(frigate.url, user: user)
        return try Sidecar(address, settings ?? self.settings, clock: clock) { event, _, clip, _, isLast, _ in
            let number = self.tries.withLock { tries in
                tries[event.id, default: 0] += 1
                return tries[event.id] ?? 0
            }
            let data = FileManager.default.contents(atPath: clip) ?? Data()
            guard data == Data("clip".utf8) || isLast else { throw EventProblem(message: "no clip", mayPass: true) }
            try self.describing.withLock { $0 }(event, number)
            return EventDescription(text: "A \(event.label) of \(event.id).")
        } onEvent: { event in
            if let line = Self.line(event) { self.lines.withLock { $0.append(line) } }
        }
    }

    /// Runs once to the end.
    @discardableResult
    func run(_ settings: SidecarSettings? = nil, user: FrigateAddress.User? = nil) throws -> SidecarTally {
        try sidecar(settings, user: user).run()
    }

    private static func line(_ event: SidecarEvent) -> String? {
        switch event {
        case .away(let words, let seconds): "away: \(words), \(seconds)"
        case .back: "back"
        case .described(let event, _, _): "\(event.id) described"
        case .skipped(let id, _, _, let reason): "\(id) skipped: \(reason)"
        case .delayed(let id, _, _, let reason, let seconds): "\(id) delayed: \(reason), \(seconds)"
        case .failed(let id, _, _, let reason): "\(id) failed: \(reason)"
        case .listed, .begun, .progress: nil
        }
    }
}

extension StandInFrigate.Event {
    /// An event of 10 seconds whose object walks through the frame.
    static func walk(_ start: Double, x: Double = 0.4) -> Self {
        var event = Self(start: start, end: start + 10)
        event.box = [x, 0.4, 0.1, 0.3]
        event.boxTime = start + 5
        event.path = [[0.1, 0.7, start + 1], [x + 0.05, 0.7, start + 5], [0.9, 0.7, start + 9]]
        return event
    }
}
