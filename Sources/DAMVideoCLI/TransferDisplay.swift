import Foundation
import ModelHub
import Synchronization

/// Shows progress of a pull on stderr: one line redrawn on a terminal, elsewhere a line for each file and each tenth.
final class TransferDisplay: Sendable {
    private struct State {
        var meter = TransferMeter()
        var bytes = 0
        var isTold = false
        var tenths = 0
        var lastDrawn: ContinuousClock.Instant?
        var isDrawn = false
    }

    private let subject: String
    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    init(subject: String, isQuiet: Bool) { (self.subject, self.isQuiet) = (subject, isQuiet) }

    func show(_ event: ModelPull.Event) {
        state.withLock { state in
            switch event {
            case .notice(let line): say(line, &state)
            case .began(let files, let bytes):
                state.bytes = bytes
                if !isQuiet { say("\(subject): \(files) files, \(ByteText.size(bytes))", &state) }
            case .progress(let done, let fetched): if !isQuiet { progress(done, fetched, &state) }
            case .finished(let path, let bytes): if !isQuiet, !isTerminal { say("\(subject): \(path), \(ByteText.size(bytes))", &state) }
            }
        }
    }

    /// Clears the line, so that other output can follow.
    func end() {
        state.withLock { state in
            if state.isDrawn { Console.clearLine() }
            state.isDrawn = false
        }
    }

    private func say(_ line: String, _ state: inout State) {
        if state.isDrawn { Console.clearLine() }
        state.isDrawn = false
        Console.notice(line)
    }

    private func progress(_ done: Int, _ fetched: Int, _ state: inout State) {
        let now = ContinuousClock.now
        state.meter.add(fetched, at: now)
        if isTerminal { return draw(done, now, &state) }
        let tenths = state.bytes > 0 ? done * 10 / state.bytes : 10
        guard tenths > state.tenths, tenths < 10 else { return }
        state.tenths = tenths
        say("\(subject): \(tenths * 10) % of \(ByteText.size(state.bytes))\(rate(done, state))", &state)
    }

    private func draw(_ done: Int, _ now: ContinuousClock.Instant, _ state: inout State) {
        if let last = state.lastDrawn, now - last < .milliseconds(100), done < state.bytes { return }
        (state.lastDrawn, state.isDrawn) = (now, true)
        let share = state.bytes > 0 ? min(1, max(0, Double(done) / Double(state.bytes))) : 1
        let text = String(format: "%3.0f %%  %@ of %@%@", share * 100, ByteText.size(done), ByteText.size(state.bytes), rate(done, state))
        let room = TerminalWidth.columns - text.count - 4, width = min(30, room), filled = Int(Double(width) * share)
        let bar = width >= 8
            ? "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled) + "] " : ""
        let line = String((bar + text).prefix(TerminalWidth.columns - 1))
        try? FileHandle.standardError.write(contentsOf: Data("\r\(PlainText.line(line))\u{1b}[K".utf8))
    }

    /// Speed and time left; empty if unknown.
    private func rate(_ done: Int, _ state: State) -> String {
        guard let speed = state.meter.bytesPerSecond else { return "" }
        let left = speed > 0 && done < state.bytes ? ", \(ByteText.time(Double(state.bytes - done) / speed)) left" : ""
        return ", \(ByteText.size(Int(speed)))/s\(left)"
    }
}

/// Speed of a transfer over the last seconds.
struct TransferMeter {
    /// Averaging window: a longer one is steadier, a shorter one adapts faster.
    static let window = Duration.seconds(8)

    private var samples: [(time: ContinuousClock.Instant, bytes: Int)] = []

    /// - Parameter bytes: total transferred so far.
    mutating func add(_ bytes: Int, at time: ContinuousClock.Instant) {
        if let last = samples.last, samples.count > 1, time - last.time < .milliseconds(50) { samples.removeLast() }
        samples.append((time, bytes))
        samples.removeFirst(max(0, min(samples.count - 2, samples.firstIndex { time - $0.time <= Self.window } ?? 0)))
    }

    /// Nil within the first second.
    var bytesPerSecond: Double? {
        guard let first = samples.first, let last = samples.last, last.time - first.time >= .seconds(1) else { return nil }
        return Double(last.bytes - first.bytes) / ((last.time - first.time) / .seconds(1))
    }
}

/// Formats bytes and seconds.
enum ByteText {
    static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<1000: "\(bytes) B"
        case ..<1_000_000: String(format: "%.1f kB", Double(bytes) / 1e3)
        case ..<1_000_000_000: String(format: "%.1f MB", Double(bytes) / 1e6)
        default: String(format: "%.2f GB", Double(bytes) / 1e9)
        }
    }

    static func time(_ seconds: Double) -> String {
        guard seconds < 360_000 else { return "days" }
        let whole = Int(seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}

/// Width of the terminal on stderr.
enum TerminalWidth {
    static var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col >= 20 ? Int(size.ws_col) : 80
    }
}
