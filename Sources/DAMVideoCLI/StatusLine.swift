import Foundation

/// A line on stderr that is redrawn in place and cleared at the end; shown on a terminal only.
final class StatusLine {
    /// False if stderr is not a terminal, or output is suppressed.
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

    /// Clears the line, so that other output can follow.
    func clear() {
        guard isDrawn else { return }
        write("\r\u{1b}[K")
        isDrawn = false
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
