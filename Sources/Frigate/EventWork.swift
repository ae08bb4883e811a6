import DAMVideo
import Foundation
import Imaging

/// Processes events one after another.
struct EventWork: Sendable {
    /// Seconds after its end until an event's recording is complete: Frigate writes segments of ten seconds.
    private static let settling = 20.0
    /// Delays in seconds before retries of describing an event; their number limits the retries.
    private static let pauses = [2.0, 10, 60]
    /// Maximum tries to send a finished description: a day of them.
    private static let mostSendings = 300

    let settings: SidecarSettings
    let memory: EventMemory
    let client: FrigateClient
    let clock: SidecarClock
    let stopping: SidecarStop
    let describe: Sidecar.Describe
    let onEvent: @Sendable (SidecarEvent) -> Void

    private var choice: EventChoice {
        EventChoice(gap: settings.gap, takesStationary: settings.takesStationary, replaces: settings.replaces)
    }

    /// Decides whether to describe a new event, and records it.
    func takeIn(_ event: FrigateEvent, _ tally: inout SidecarTally) throws {
        guard let end = event.end else { return }
        let now = clock.now(), neighbours = try memory.neighbours(of: event, end: end, gap: settings.gap)
        switch choice.refusal(event, end: end, neighbours: neighbours) {
        case nil:
            let due = end + Self.settling <= now ? 0 : min(end, now) + Self.settling
            try memory.add(EventRecord(event, end: end, state: .waiting, due: due))
        case .reason(let reason):
            try memory.add(EventRecord(event, end: end, state: .skipped, reason: reason, due: 0))
            skip(EventRecord(event, end: end, state: .skipped, reason: reason, due: 0), &tally)
        case .like(let id):
            let reason = "it is similar to event \(id)"
            let record = EventRecord(event, end: end, state: .skipped, reason: reason, twin: id, due: 0)
            try memory.add(record)
            skip(record, &tally)
        }
    }

    private func skip(_ record: EventRecord, _ tally: inout SidecarTally) {
        tally.skipped += 1
        onEvent(.skipped(id: record.id, camera: record.camera, label: record.label, reason: record.reason ?? ""))
    }

    /// Describes an event and sends the description.
    /// - Throws: `FrigateFailure.away`, `CancellationError`, and `InputError` if no event at all can be described.
    func work(on record: EventRecord, _ tally: inout SidecarTally) throws {
        do {
            try attempt(record, &tally)
        } catch FrigateFailure.missing {
            try leave(record, "it was deleted in Frigate", &tally)
        } catch FrigateFailure.faulty(let words) {
            try delay(record, "found \(words), expected a whole answer", &tally)
        } catch let problem as EventProblem {
            try problem.mayPass ? delay(record, problem.message, &tally) : fail(record, problem.message, &tally)
        } catch let error as InputError where error.category == .invalid || error.category == .inputOutput {
            try delay(record, error.description, &tally)
        }
    }

    private func attempt(_ record: EventRecord, _ tally: inout SidecarTally) throws {
        guard record.state == .waiting else { return try send(record, EventDescription(text: record.description ?? ""), 0, &tally) }
        let began = ContinuousClock.now
        let event = try client.event(record.id)
        if case .reason(let reason)? = choice.refusal(described: event) { return try leave(record, reason, &tally) }
        onEvent(.begun(event))
        var record = record
        let description = try withFolder { folder in
            let clip = folder + "/clip.mp4"
            try fetchClip(record.id, to: clip)
            return try describe(event, event.end ?? record.stop, clip, folder, record.tries >= Self.pauses.count) { step in
                try stopping.check()
                onEvent(.progress(step))
            }
        }
        // From here on the work is saved.
        (record.state, record.description, record.tries) = (.captioned, description.text, 0)
        try memory.update(record)
        try sendFirst(record, description, (ContinuousClock.now - began) / .seconds(1), &tally)
    }

    /// Sends a new description; failures are recorded with the event, which keeps it.
    private func sendFirst(
        _ record: EventRecord, _ description: EventDescription, _ seconds: Double, _ tally: inout SidecarTally
    ) throws {
        do {
            try send(record, description, seconds, &tally)
        } catch FrigateFailure.faulty(let words) {
            try delay(record, "found \(words), expected a whole answer", &tally)
        }
    }

    private func fetchClip(_ id: String, to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path) else {
            throw InputError(.inputOutput, "\(path): cannot be written")
        }
        defer { try? file.close() }
        do {
            try client.fetchClip(id, to: file, limit: settings.largestClip, check: stopping.check)
        } catch FrigateFailure.missing {
            // Distinguishes a deleted event from one whose recording is missing or not there yet.
            _ = try client.event(id)
            throw FrigateFailure.faulty("no clip of it (HTTP 404)")
        } catch let error as InputError where error.category == .invalid {
            throw EventProblem(message: error.description, mayPass: false)
        }
    }

    private func send(_ record: EventRecord, _ description: EventDescription, _ seconds: Double, _ tally: inout SidecarTally) throws {
        let event = try client.event(record.id)
        // An earlier request may have succeeded although its answer was lost.
        if event.description != description.text {
            if case .reason(let reason)? = choice.refusal(described: event) { return try leave(record, reason, &tally) }
            try client.describe(record.id, description.text)
        }
        var record = record
        record.state = .described
        try memory.update(record)
        tally.described += 1
        onEvent(.described(event, description, seconds: seconds))
    }

    private func leave(_ record: EventRecord, _ reason: String, _ tally: inout SidecarTally) throws {
        var record = record
        (record.state, record.reason) = (.skipped, reason)
        try memory.leave(record, now: clock.now())
        skip(record, &tally)
    }

    private func fail(_ record: EventRecord, _ reason: String, _ tally: inout SidecarTally) throws {
        var record = record
        (record.state, record.reason) = (.failed, reason)
        try memory.leave(record, now: clock.now())
        tally.failed += 1
        onEvent(.failed(id: record.id, camera: record.camera, label: record.label, reason: reason))
    }

    private func delay(_ record: EventRecord, _ reason: String, _ tally: inout SidecarTally) throws {
        var record = record
        let tries = record.state == .captioned && !settings.isOnce ? Self.mostSendings : Self.pauses.count
        guard record.tries < tries else { return try fail(record, reason, &tally) }
        let seconds = record.tries < Self.pauses.count ? Self.pauses[record.tries] : 300
        record.tries += 1
        record.due = clock.now() + seconds
        try memory.update(record)
        onEvent(.delayed(id: record.id, camera: record.camera, label: record.label, reason: reason, seconds: seconds))
    }

    /// Runs `body` with an empty private folder next to the database.
    private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = settings.state + ".work"
        try? FileManager.default.removeItem(atPath: folder)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw InputError(.inputOutput, "\(folder): the folder cannot be made: \(error.localizedDescription)")
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }
}

extension FrigateFailure {
    /// Description of the failure as a clause.
    var words: String {
        switch self {
        case .away(let words), .faulty(let words): words
        case .missing: "HTTP 404"
        }
    }
}
