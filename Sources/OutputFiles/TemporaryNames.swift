import Foundation
import Synchronization

/// Names of files and folders of this process that are not complete, so that whatever ends it can remove them.
package enum TemporaryNames {
    private static let names = Mutex(Set<String>())

    /// A new name beside others in a folder: not to be guessed, and short enough for any folder.
    static func make(in folder: String, ending: String = ".partial") -> String {
        let number = UInt64.random(in: 0...UInt64.max)
        return "\(folder)/\(beginning)" + String(number, radix: 16) + ending
    }

    static let beginning = ".damvideo-"

    static func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }

    static func remove(_ name: String) { names.withLock { _ = $0.remove(name) } }

    /// Removes what has them. For a process that ends at once: other threads may still be writing.
    package static func removeAll() {
        for name in names.withLock({ $0 }) {
            // A folder that a thread is filling may not be empty yet after the first time.
            for _ in 0..<5 where unlink(name) != 0 && (try? FileManager.default.removeItem(atPath: name)) == nil {
                guard access(name, F_OK) == 0 else { break }
                usleep(2000)
            }
        }
    }
}
