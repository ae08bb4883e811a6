import Foundation
import Imaging
import Synchronization

/// Names of files and folders of this process that are not complete, so that whatever ends it can remove them.
package enum TemporaryNames {
    private struct State {
        var removals: [String: @Sendable () -> Void] = [:]
        var isClosed = false
    }

    private static let state = Mutex(State())

    static let beginning = ".damvideo-"

    /// Hash of host name and boot id: locks tell whether a process is still running only on the same machine and boot.
    static let machine: String = {
        let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, host.count - 1)
        let text = String(path: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }) + boot
        return String(fingerprint(text.utf8), radix: 36)
    }()

    /// A new name beside others in a folder: not to be guessed, and short enough for any folder.
    static func make(in folder: String) -> String {
        "\(folder)/\(beginning)\(machine)-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).partial"
    }

    /// - Parameter removal: removes what has the name.
    static func insert(_ name: String, removal: @escaping @Sendable () -> Void) {
        state.withLock { state in
            stopIfClosed(state)
            state.removals[name] = removal
        }
    }

    /// Removes the file or folder of a temporary name.
    static func discard(_ name: String) {
        state.withLock { $0.removals.removeValue(forKey: name) }?()
    }

    /// Runs the renaming of a complete file, excluded from a concurrent `removeAll`.
    /// - Parameter keeps: whether the temporary name is still in use after that.
    static func complete(_ name: String, keeps: Bool = false, _ body: () throws -> Void) throws {
        try state.withLock { state in
            stopIfClosed(state)
            try body()
            if !keeps { state.removals[name] = nil }
        }
    }

    /// Removes what has temporary names, and lets nothing be completed from then on: for a process that ends at once, while
    /// other threads are still writing.
    package static func removeAll() {
        state.withLock { state in
            state.isClosed = true
            for removal in state.removals.values { removal() }
            state.removals = [:]
        }
    }

    /// Waits for the end of a process that is ending.
    private static func stopIfClosed(_ state: State) {
        while state.isClosed { pause() }
    }
}
