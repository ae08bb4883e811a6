import Foundation

/// The process's peak resident memory, read from `/proc/self/status`.
enum PeakMemory {
    /// Resets the peak. If the system does not allow that, it remains the peak since the process started.
    static func reset() {
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    }

    /// Peak in bytes; nil if the system has no such file.
    static var bytes: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
}
