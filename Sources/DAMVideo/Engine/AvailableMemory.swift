import Foundation

/// Memory that this process can still allocate, read from /proc/meminfo and the control group's limits.
enum AvailableMemory {
    /// Bytes available without swapping, in the machine or in this process's control group (a container, say), whichever has
    /// less; nil if the system does not report it. The page cache counts as free. The address-space limit (`ulimit -v`) is
    /// respected too.
    static var bytes: Int? {
        [machine, controlGroup, addressSpace].compactMap(\.self).min()
    }

    private static var addressSpace: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, let most = Int(exactly: limit.rlim_cur),
            let pages = text("/proc/self/statm")?.split(separator: " ").first.flatMap({ Int($0) })
        else { return nil }
        return max(0, most - pages * sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Bytes for SAM 2's cache of image features: a quarter of the available memory. A frame takes 16 MB at the published sizes.
    static var forFeatures: Int { (bytes ?? 4 << 30) / 4 }

    private static var machine: Int? {
        text("/proc/meminfo").flatMap { number("MemAvailable:", in: $0) }.map { $0 * 1024 }
    }

    /// Free bytes of the tightest control group that this process is in, parents included; nil without a limit.
    private static var controlGroup: Int? {
        guard let groups = text("/proc/self/cgroup") else { return nil }
        return groups.split(separator: "\n").flatMap { free(inGroup: $0) }.min()
    }

    /// - Parameter line: number, controllers and path of a group, as /proc/self/cgroup has them.
    private static func free(inGroup line: Substring) -> [Int] {
        let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { return [] }
        let version: ControlGroups
        if fields[0] == "0", fields[1].isEmpty {
            version = .two
        } else if fields[1].split(separator: ",").contains("memory") {
            version = .one
        } else {
            return []
        }
        let names = fields[2].split(separator: "/")
        return (0...names.count).compactMap { depth in
            version.free(in: version.root + names.prefix(depth).map { $0 + "/" }.joined())
        }
    }

    /// Files in which each version of control groups reports memory. Sources: Linux, Documentation/admin-guide/cgroup-v2.rst and
    /// cgroup-v1/memory.rst.
    private struct ControlGroups {
        let root: String
        let limit: String
        let used: String
        /// Key of the page cache in `memory.stat`.
        let files: String

        static let one = ControlGroups(
            root: "/sys/fs/cgroup/memory/", limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes", files: "total_cache")
        static let two = ControlGroups(root: "/sys/fs/cgroup/", limit: "memory.max", used: "memory.current", files: "file")

        func free(in folder: String) -> Int? {
            func whole(_ name: String) -> Int? { text(folder + name).flatMap { Int($0.filter { !$0.isWhitespace }) } }
            guard let limit = whole(self.limit), let used = whole(self.used) else { return nil }
            let files = text(folder + "memory.stat").flatMap { number(self.files, in: $0) } ?? 0
            return max(0, limit - max(0, used - files))
        }
    }

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    /// The number after a name at the start of a line.
    private static func number(_ name: String, in lines: String) -> Int? {
        let fields = lines.split(separator: "\n").lazy.map { $0.split(separator: " ") }
        return fields.first { $0.first == name[...] && $0.count > 1 }.flatMap { Int($0[1]) }
    }
}
