import Foundation
import Imaging
import Synchronization

/// Names of this process's incomplete files and folders, so that they can be removed however it ends.
package enum TemporaryNames {
    private struct State {
        var removals: [String: @Sendable () -> Void] = [:]
        var isClosed = false
    }

    private static let state = Mutex(State())

    static let beginning = ".damvideo-"

    /// Hash of host name and boot id: locks tell if a process is still running only on the same machine and boot.
    static let machine: String = {
        let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, host.count - 1)
        let text = String(path: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }) + boot
        return String(fingerprint(text.utf8), radix: 36)
    }()

    /// A new name in a folder: unpredictable, and short enough for any file system.
    static func make(in folder: String) -> String {
        "\(folder)/\(beginning)\(machine)-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).partial"
    }

    /// - Parameter removal: removes the file or folder of that name.
    static func insert(_ name: String, removal: @escaping @Sendable () -> Void) {
        state.withLock { state in
            stopIfClosed(state)
            state.removals[name] = removal
        }
    }

    /// Removes the file or folder with a temporary name.
    static func discard(_ name: String) {
        state.withLock { $0.removals.removeValue(forKey: name) }?()
    }

    /// Runs the renaming of a complete file, excluded from a concurrent `removeAll`.
    /// - Parameter keeps: true if the temporary name stays in use.
    static func complete(_ name: String, keeps: Bool = false, _ body: () throws -> Void) throws {
        try state.withLock { state in
            stopIfClosed(state)
            try body()
            if !keeps { state.removals[name] = nil }
        }
    }

    /// Removes everything with a temporary name and blocks completion of further files: for a process that is about to exit while
    /// other threads are still writing.
    package static func removeAll() {
        state.withLock { state in
            state.isClosed = true
            for removal in state.removals.values { removal() }
            state.removals = [:]
        }
    }

    /// Blocks until the process, which is exiting, ends.
    private static func stopIfClosed(_ state: State) {
        while state.isClosed { pause() }
    }
}
