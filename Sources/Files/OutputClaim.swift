import Foundation
import Imaging

/// Exclusive claim on an output path among the processes of this machine, released with the value or the process.
package final class OutputClaim: Sendable {
    private let socket: Int32

    /// - Throws: `InputError` of category `outputExists` if this or another process holds it.
    package init(_ path: String) throws {
        let place = OutputPath(path)
        var status = stat()
        guard !place.isDevice, place.folder.withPath({ stat($0, &status) }) == 0 else {
            socket = -1
            return
        }
        // A path can be written in many ways, but device and inode identify the folder. The name is hashed to be short.
        let name = fingerprint(place.name.pathBytes)
        socket = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        // A socket in Linux's abstract namespace is not a file, so nothing is left however the process ends.
        let text = "damvideo \(status.st_dev) \(status.st_ino) " + String(name, radix: 16)
        if !Self.bind(socket, to: text), errno == EADDRINUSE {
            close(socket)
            throw InputError(.outputExists, "\(path): found another run that is writing it, expected one at a time")
        }
    }

    deinit { if socket >= 0 { close(socket) } }

    private static func bind(_ socket: Int32, to name: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let size = withUnsafeMutableBytes(of: &address) { bytes in
            let room = bytes[(start + 1)...]
            return start + 1 + zip(room.indices, name.utf8).reduce(0) { count, pair in
                bytes[pair.0] = pair.1
                return count + 1
            }
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.bind(socket, $0, socklen_t(size)) == 0
            }
        }
    }
}
