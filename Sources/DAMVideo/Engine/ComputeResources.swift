import Parallelism
import Tensors

/// Processor and memory that the library takes in this process, whatever is computed.
public enum ComputeResources {
    /// Cores this process may use.
    public static var coreCount: Int { Parallel.coreCount }

    /// Threads that work on one computation, from 1 to `coreCount`. No result depends on it.
    public static var threadLimit: Int {
        get { Parallel.threadLimit }
        set { Parallel.threadLimit = newValue }
    }

    /// Bytes of memory kept for the next computations.
    public static var pooledBytes: Int { BufferPool.shared.byteCount }

    /// Gives memory back to the system until no more than `byteCount` bytes are kept.
    public static func trimPool(to byteCount: Int = 0) { BufferPool.shared.trim(to: byteCount) }
}
