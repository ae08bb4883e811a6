import DAMVideo
import Foundation

/// Shows on stderr how far captioning has come: one line redrawn on a terminal, a line per step elsewhere.
final class ProgressReporter {
    enum Style {
        case bar
        case lines
        case quiet
    }

    private let style: Style
    private let clock = ContinuousClock()
    private var lastDrawn: ContinuousClock.Instant?
    private var lastLine = ""
    /// Tracks whose captions were growing last.
    private var growing: [CaptionProgress.TrackPosition] = []

    init(_ style: Style) {
        self.style = style
    }

    func show(_ progress: CaptionProgress) {
        switch style {
        case .quiet: break
        case .bar: draw(progress)
        case .lines: printSteps(progress)
        }
    }

    /// A line that stays.
    func say(_ line: String) {
        if style != .quiet { Console.notice(line) }
    }

    /// Leaves the terminal's line clean.
    func finish() {
        if style == .bar { Console.clearLine() }
    }

    private func draw(_ progress: CaptionProgress) {
        let line: String
        switch progress {
        case .tracking(let frame, let isBackward): line = "carrying masks \(isBackward ? "backward" : "forward"), frame \(frame)"
        case .decoding(let frame, let total):
            line = "decoding " + bar(frame + 1, total)
        case .encoding(let track, let done, let total): line = "\(name(track))  encoding " + bar(done, total)
        case .prompt(let track, let tokens): line = "\(name(track))  reading a prompt of \(tokens) tokens"
        case .generating(let captions): line = generating(captions)
        case .rendering(let frame, let total): line = "rendering " + bar(frame + 1, total)
        case .reporting(let frame, let total): line = "making the report " + bar(frame + 1, total)
        case .finished, .updated: return
        }
        // What comes in quick succession is drawn ten times a second; a stage that may take long is drawn at once.
        let comesOften = switch progress {
        case .tracking, .decoding, .generating, .rendering, .reporting: true
        default: false
        }
        if comesOften, let lastDrawn, clock.now - lastDrawn < .milliseconds(100) { return }
        lastDrawn = clock.now
        write("\r\(line)\u{1b}[K")
    }

    private func name(_ track: CaptionProgress.TrackPosition) -> String {
        "track \(track.id) (\(track.number) of \(track.count))"
    }

    private func generating(_ captions: [CaptionProgress.Growth]) -> String {
        let tokens = captions.map(\.tokens), fewest = tokens.min() ?? 0, most = tokens.max() ?? 0
        let name = captions.count == 1 ? name(captions[0].track) : "\(captions.count) tracks"
        return "\(name)  generating, \(fewest == most ? "\(most)" : "\(fewest) to \(most)") tokens"
    }

    private func bar(_ done: Int, _ total: Int?) -> String {
        guard let total, total > 0 else { return "frame \(done)" }
        let width = 24, filled = min(width, done * width / total)
        return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled)
            + "] \(done)/\(total)"
    }

    private func printSteps(_ progress: CaptionProgress) {
        let line: String
        switch progress {
        case .tracking: line = "carrying masks to frames without"
        case .decoding: line = "decoding"
        case .encoding(let track, _, let total): line = "\(name(track)): encoding \(total) frames"
        case .prompt(let track, let tokens): line = "\(name(track)): reading a prompt of \(tokens) tokens"
        case .generating(let captions):
            for caption in captions where !growing.contains(caption.track) {
                Console.notice("\(name(caption.track)): generating")
            }
            growing = captions.map(\.track)
            return
        case .rendering: line = "rendering"
        case .reporting: line = "making the report"
        case .updated: return
        case .finished(let track):
            line = "track \(track.id): \(track.usage.completionTokens) tokens in \(track.seconds) s"
        }
        guard line != lastLine else { return }
        lastLine = line
        Console.notice(line)
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
