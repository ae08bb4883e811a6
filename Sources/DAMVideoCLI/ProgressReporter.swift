import DAMVideo
import Foundation
import Synchronization

/// Shows progress of captioning on stderr: one line redrawn on a terminal, a line per step elsewhere, lines of JSON for programs.
final class ProgressReporter: Sendable {
    enum Style {
        case bar
        case lines
        /// A line of JSON for each step; frequent ones at most ten times a second.
        case json
        case quiet
    }

    private struct State {
        var lastDrawn: ContinuousClock.Instant?
        var lastLine = ""
        var clock = StageClock()
        /// Tokens so far of each caption being generated.
        var tokens: [TrackPosition: Int] = [:]
    }

    private let style: Style
    private let state = Mutex(State())

    init(_ style: Style) {
        self.style = style
    }

    func show(_ event: CaptionJobRunner.Event) {
        switch event {
        case .clip(let event): state.withLock { show(event, &$0) }
        case .ended: if style == .bar { Console.clearLine() }
        case .message(let line): if style != .quiet { Console.notice(line) }
        case .notice(let line): Console.notice(line)
        }
    }

    private func show(_ event: CaptionEvent, _ state: inout State) {
        switch event {
        case .token(let track, _, let tokens): state.tokens[track] = tokens
        case .finished(let track): state.tokens = state.tokens.filter { $0.key.id != track.id }
        case .progress(.captioned(let part), _, _): state.tokens[part] = nil
        case .began: state.tokens = [:]
        case .progress, .failed: break
        }
        switch style {
        case .quiet: break
        case .bar: draw(event, &state)
        case .lines: printStep(event, &state)
        case .json: printLine(event, &state)
        }
    }

    private func printLine(_ event: CaptionEvent, _ state: inout State) {
        guard var line = ProgressLine(event) else { return }
        let now = ContinuousClock.now, comesOften = line.stage == state.lastLine && line.done != line.total
        if let done = line.done { line.secondsLeft = state.clock.secondsLeft(line.stage, done: done, total: line.total) }
        if comesOften, let last = state.lastDrawn, now - last < .milliseconds(100) { return }
        (state.lastDrawn, state.lastLine) = (now, line.stage)
        try? FileHandle.standardError.write(contentsOf: line.data)
    }

    private func draw(_ event: CaptionEvent, _ state: inout State) {
        let line: String
        // Frequent events are drawn ten times a second; a stage that may take long is drawn at once.
        var comesOften = true
        switch event {
        case .progress(let stage, let done, let total):
            line = bar(stage, done, total) + left(stage, done, total, &state)
            if case .encoding = stage { comesOften = false }
            if case .reading = stage { comesOften = false }
        case .token: line = generating(state.tokens)
        case .began, .finished, .failed: return
        }
        let now = ContinuousClock.now
        if comesOften, let last = state.lastDrawn, now - last < .milliseconds(100) { return }
        state.lastDrawn = now
        try? FileHandle.standardError.write(contentsOf: Data("\r\(PlainText.line(line))\u{1b}[K".utf8))
    }

    /// Time left in a stage that processes frames; empty if unknown.
    private func left(_ stage: CaptionEvent.Stage, _ done: Int, _ total: Int?, _ state: inout State) -> String {
        switch stage {
        case .finding, .decoding, .rendering, .reporting:
            let seconds = state.clock.secondsLeft("\(stage)", done: done, total: total)
            return seconds.map { String(format: ", %.0f s left", $0) } ?? ""
        case .following, .encoding, .reading, .captioned: return ""
        }
    }

    private func bar(_ stage: CaptionEvent.Stage, _ done: Int, _ total: Int?) -> String {
        switch stage {
        case .finding: "finding objects " + bar(done + 1, total)
        case .following(let isBackward): "propagating masks \(isBackward ? "backward" : "forward"), frame \(done)"
        case .decoding: "decoding " + bar(done + 1, total)
        case .encoding(let track): "\(name(track))  encoding " + bar(done, total)
        case .reading(let track): "\(name(track))  reading a prompt of \(total ?? 0) tokens"
        case .captioned(let track): "track \(track.id)  parts " + bar(done, total)
        case .rendering: "rendering " + bar(done + 1, total)
        case .reporting: "making the report " + bar(done + 1, total)
        }
    }

    private func name(_ track: TrackPosition) -> String {
        "track \(track.id) (\(track.number) of \(track.count))" + (track.part.map { ", part \($0) of \(track.parts)" } ?? "")
    }

    private func generating(_ captions: [TrackPosition: Int]) -> String {
        let tokens = captions.values, fewest = tokens.min() ?? 0, most = tokens.max() ?? 0
        let name = captions.count == 1
            ? captions.keys.first.map(name) ?? ""
            : "\(captions.count) \(captions.keys.contains { $0.parts > 0 } ? "captions" : "tracks")"
        return "\(name)  generating, \(fewest == most ? "\(most)" : "\(fewest) to \(most)") tokens"
    }

    private func bar(_ done: Int, _ total: Int?) -> String {
        guard let total, total > 0 else { return "frame \(done)" }
        let width = 24, filled = min(width, done * width / total)
        return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled)
            + "] \(done)/\(total)"
    }

    private func printStep(_ event: CaptionEvent, _ state: inout State) {
        let line: String
        switch event {
        case .progress(let stage, _, let total): line = step(stage, total)
        case .token(let track, _, tokens: 1): return Console.notice("\(name(track)): generating")
        case .finished(let track): line = "track \(track.id): \(track.usage.completionTokens) tokens in \(track.seconds) s"
        case .token, .began, .failed: return
        }
        guard line != state.lastLine else { return }
        state.lastLine = line
        Console.notice(line)
    }

    private func step(_ stage: CaptionEvent.Stage, _ total: Int?) -> String {
        switch stage {
        case .finding: "finding what moves"
        case .following: "propagating masks to frames without"
        case .decoding: "decoding"
        case .encoding(let track): "\(name(track)): encoding \(total ?? 0) frames"
        case .reading(let track): "\(name(track)): reading a prompt of \(total ?? 0) tokens"
        case .captioned(let track): "\(name(track)): done"
        case .rendering: "rendering"
        case .reporting: "making the report"
        }
    }
}
