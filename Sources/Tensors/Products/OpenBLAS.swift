import COpenBLAS
import Foundation
import Parallelism

/// Single-precision matrix products by OpenBLAS; the only code that calls it.
enum OpenBLAS {
    /// Configures OpenBLAS once, before its first product: kernels for this processor, and a single thread, so that a product
    /// inside a parallel loop does not compete with the loop's threads.
    private static let isReady: Bool = {
        requireRoom()
        openblas_recognise_processor()
        openblas_set_num_threads(1)
        return true
    }()

    /// Ends the process if the address-space limit leaves no room for OpenBLAS, which takes a buffer of 128 MB per multiplying
    /// thread and retries forever if it is refused.
    private static func requireRoom() {
        let bytes = (128 << 20) * Parallel.threadLimit + (256 << 20)
        guard let room = mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), room != MAP_FAILED
        else { MemoryExhaustion.end(wanting: bytes) }
        munmap(room, bytes)
    }

    /// `output = left * right^T`, `[m, k] x [n, k] -> [m, n]`.
    static func multiplyTransposed(
        _ left: MatrixView, _ right: MatrixView, into output: UnsafeMutablePointer<Float>, outputStride: Int
    ) {
        precondition(left.columns == right.columns, "multiplyTransposed: inner sizes differ")
        guard isReady, left.rows > 0, right.rows > 0 else { return }
        if left.rows == 1 {
            cblas_sgemv(
                CblasRowMajor, CblasNoTrans, blasint(right.rows), blasint(right.columns), 1,
                right.start, blasint(right.stride), left.start, 1, 0, output, 1)
        } else {
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, blasint(left.rows), blasint(right.rows), blasint(left.columns),
                1, left.start, blasint(left.stride), right.start, blasint(right.stride), 0,
                output, blasint(outputStride))
        }
    }
}
