import Foundation
import Synchronization

/// Ends the process if an allocation for a tensor fails; no caller could continue.
package enum MemoryExhaustion {
    private static let handler = Mutex<(@Sendable (Int) -> Void)?>(nil)

    /// Sets the action that is called with the requested number of bytes, on the requesting thread, before the process ends. It
    /// need not return.
    package static func handle(_ action: @escaping @Sendable (Int) -> Void) { handler.withLock { $0 = action } }

    static func end(wanting byteCount: Int) -> Never {
        handler.withLock { $0 }?(byteCount)
        abort()
    }
}
