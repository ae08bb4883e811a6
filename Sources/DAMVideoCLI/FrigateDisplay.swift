import DAMVideo
import Files
import Foundation
import Frigate
import Synchronization

/// Prints progress of the Frigate sidecar: text on stderr, JSON on stdout. Descriptions appear on stdout only.
final class FrigateDisplay: Sendable {
    private let isQuiet: Bool
    private let isJSON: Bool
    private let reporter: ProgressReporter?
    /// Error of the first line that could not be printed.
    private let failure = Mutex<(any Error)?>(nil)

    init(isQuiet: Bool, isJSON: Bool) {
        (self.isQuiet, self.isJSON) = (isQuiet, isJSON)
        reporter = isQuiet || isatty(STDERR_FILENO) != 1 ? nil : ProgressReporter(.bar)
    }

    /// A JSON line on stdout.
    private struct Line: Encodable {
        let event: String
        let camera: String
        let label: String
        let outcome: String
        var description: String?
        var reason: String?
    }

    func show(_ event: SidecarEvent) {
        if case .progress(let step) = event {
            reporter?.show(.clip(step))
            return
        }
        reporter?.show(.ended)
        let (line, text) = parts(event)
        if let text, !isQuiet { Console.notice(text) }
        guard isJSON, let line else { return }
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try Console.result(encoder.encode(line) + Data("\n".utf8))
        } catch {
            failure.withLock { $0 = $0 ?? error }
        }
    }

    /// - Throws: the error of a line that could not be printed.
    func check() throws { if let error = failure.withLock({ $0 }) { throw error } }

    private func parts(_ event: SidecarEvent) -> (Line?, String?) {
        switch event {
        case .listed(let new, let waiting): return (nil, "events: \(new) new, \(waiting) to be described")
        case .away(let words, let seconds): return (nil, "Frigate: \(words); trying again in \(time(seconds))")
        case .back: return (nil, "Frigate answers again")
        case .begun(let event): return (nil, "\(name(event.id, event.camera, event.label)): fetching its clip")
        case .progress: return (nil, nil)
        case .described(let event, let description, let seconds):
            let notes = description.notes.map { "; \($0)" }.joined()
            return (
                Line(event: event.id, camera: event.camera, label: event.label, outcome: "described", description: description.text),
                "\(name(event.id, event.camera, event.label)): described"
                    + (seconds > 0 ? String(format: " in %.1f s", seconds) : "") + notes)
        case .skipped(let id, let camera, let label, let reason):
            return (
                Line(event: id, camera: camera, label: label, outcome: "skipped", reason: reason),
                "\(name(id, camera, label)): left out, \(reason)")
        case .delayed(let id, let camera, let label, let reason, let seconds):
            return (nil, "\(name(id, camera, label)): \(reason); trying again in \(time(seconds))")
        case .failed(let id, let camera, let label, let reason):
            return (
                Line(event: id, camera: camera, label: label, outcome: "failed", reason: reason),
                "\(name(id, camera, label)): error: \(reason)")
        }
    }

    private func name(_ id: String, _ camera: String, _ label: String) -> String { "\(camera) \(label) \(id)" }

    private func time(_ seconds: Double) -> String { "\(Int(seconds.rounded(.up))) s" }
}
