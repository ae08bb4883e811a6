import Foundation

/// How much memory this process may still take, from Linux's own books.
enum AvailableMemory {
    /// Bytes that can be had without anything being written out to make room, in the machine or in the control group
    /// (a container, say) this process belongs to, whichever has less; nil where there are no such books. Files' pages in
    /// memory count as free.
    static var bytes: Int? {
        [machine, controlGroup].compactMap(\.self).min()
    }

    /// Bytes to keep SAM 2's image features in: a quarter of what is free, 16 MB a frame for the published sizes.
    static var forFeatures: Int { (bytes ?? 4 << 30) / 4 }

    private static var machine: Int? {
        (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)).flatMap { number("MemAvailable:", in: $0) }
            .map { $0 * 1024 }
    }

    /// Source: Linux, Documentation/admin-guide/cgroup-v2.rst. Of the group itself and those around it the tightest counts.
    private static var controlGroup: Int? {
        guard let groups = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8),
            let path = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })?.dropFirst(4)
        else { return nil }
        let names = path.split(separator: "/")
        return (0...names.count).compactMap { depth in
            free(inGroup: "/sys/fs/cgroup/" + names.prefix(depth).map { $0 + "/" }.joined())
        }.min()
    }

    private static func free(inGroup folder: String) -> Int? {
        func text(_ name: String) -> String? { try? String(contentsOfFile: folder + name, encoding: .utf8) }
        func whole(_ name: String) -> Int? { text(name).flatMap { Int($0.filter { !$0.isWhitespace }) } }
        guard let limit = whole("memory.max"), let used = whole("memory.current") else { return nil }
        let files = text("memory.stat").flatMap { number("file", in: $0) } ?? 0
        return max(0, limit - max(0, used - files))
    }

    /// The number behind a name at the beginning of a line.
    private static func number(_ name: String, in lines: String) -> Int? {
        let fields = lines.split(separator: "\n").lazy.map { $0.split(separator: " ") }
        return fields.first { $0.first == name[...] && $0.count > 1 }.flatMap { Int($0[1]) }
    }
}
