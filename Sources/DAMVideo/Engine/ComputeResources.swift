import Parallelism
import Tensors

/// Processor and memory limits of the library in this process, for every kind of computation.
public enum ComputeResources {
    /// Cores that this process may use.
    public static var coreCount: Int { Parallel.coreCount }

    /// Threads of one computation, from 1 to `coreCount`. Results do not depend on it.
    public static var threadLimit: Int {
        get { Parallel.threadLimit }
        set { Parallel.threadLimit = newValue }
    }

    /// Bytes of freed buffers kept for reuse.
    public static var pooledBytes: Int { BufferPool.shared.byteCount }

    /// Returns pooled memory to the system until at most `byteCount` bytes are kept.
    public static func trimPool(to byteCount: Int = 0) { BufferPool.shared.trim(to: byteCount) }
}
