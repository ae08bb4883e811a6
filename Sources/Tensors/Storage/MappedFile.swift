import Foundation
import Synchronization

/// A memory-mapped file. Truncating it, or writing it in place, changes the pages while they are read.
package final class MappedFile: Sendable {
    private let path: String
    private let descriptor: Int32
    private let state: Mutex<(addresses: Range<UInt>, stamp: Stamp)?> = Mutex(nil)

    /// Currently mapped files.
    private static let all = Mutex<[ObjectIdentifier: Weak]>([:])

    /// - Parameter descriptor: the open file, which this object closes.
    init(path: String, descriptor: Int32) {
        (self.path, self.descriptor) = (path, descriptor)
    }

    deinit {
        Self.all.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(self)) }
        close(descriptor)
    }

    /// Registers the file under its addresses and records its size and modification time.
    func begin(at addresses: Range<UInt>) {
        state.withLock { $0 = (addresses, Stamp(descriptor)) }
        Self.all.withLock { $0[ObjectIdentifier(self)] = Weak(file: self) }
    }

    /// Path of the file mapped at this address; nil if there is none.
    package static func path(at address: UInt) -> String? {
        files.first { file in file.state.withLock { $0?.addresses.contains(address) == true } }?.path
    }

    /// Path of a file that has been modified since it was mapped; nil if there is none.
    package static var changed: String? {
        files.first { file in file.state.withLock { $0.map { $0.stamp != Stamp(file.descriptor) } ?? false } }?.path
    }

    private static var files: [MappedFile] { all.withLock { $0.values.compactMap(\.file) } }

    private struct Weak: Sendable {
        weak let file: MappedFile?
    }

    /// Size and modification time of a file.
    private struct Stamp: Equatable {
        let size: Int
        let seconds: Int
        let nanoseconds: Int

        init(_ descriptor: Int32) {
            var status = stat()
            fstat(descriptor, &status)
            (size, seconds, nanoseconds) = (Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }
}
