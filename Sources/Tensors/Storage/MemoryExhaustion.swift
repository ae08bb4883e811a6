import Foundation
import Synchronization

/// The end of a process that the system gives no more memory: tensors cannot do without, and no caller could go on.
package enum MemoryExhaustion {
    private static let handler = Mutex<(@Sendable (Int) -> Void)?>(nil)

    /// Sets what is done first, with the bytes that were asked for, on the thread that asked; it need not return.
    package static func handle(_ action: @escaping @Sendable (Int) -> Void) { handler.withLock { $0 = action } }

    static func end(wanting byteCount: Int) -> Never {
        handler.withLock { $0 }?(byteCount)
        abort()
    }
}
