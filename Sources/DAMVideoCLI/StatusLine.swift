import Foundation

/// A line on stderr that is redrawn in place and clears itself at its end. It is shown on a terminal only.
final class StatusLine {
    /// False when stderr is no terminal, or when nothing is to be shown.
    let isShown: Bool
    private var isDrawn = false

    init(quiet: Bool = false) {
        isShown = !quiet && isatty(STDERR_FILENO) == 1
    }

    deinit { clear() }

    /// Replaces the line.
    func show(_ text: String) {
        guard isShown else { return }
        write("\r\(PlainText.line(text))\u{1b}[K")
        isDrawn = true
    }

    /// Empties the line, so that other output can follow.
    func clear() {
        guard isDrawn else { return }
        write("\r\u{1b}[K")
        isDrawn = false
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
