import Foundation

/// An IP address of a host.
struct HostAddress: Equatable {
    /// 4 or 16 bytes.
    let bytes: [UInt8]

    /// Resolves a host name with the system's resolver; blocks.
    static func resolve(_ host: String) -> [HostAddress] {
        var hints = addrinfo(), list: UnsafeMutablePointer<addrinfo>?
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        return sequence(first: list) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap { entry in
            guard let address = entry?.pointee.ai_addr else { return nil }
            switch Int32(address.pointee.sa_family) {
            case AF_INET:
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    withUnsafeBytes(of: $0.pointee.sin_addr) { HostAddress(bytes: Array($0)) }
                }
            case AF_INET6:
                return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    withUnsafeBytes(of: $0.pointee.sin6_addr) { HostAddress(bytes: Array($0)) }
                }
            default: return nil
            }
        }
    }

    /// Numeric text form.
    var text: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }

    /// True for an address of the public internet, as opposed to this machine, its network, or ranges reserved by IANA's
    /// registries of special-purpose addresses.
    var isPublic: Bool {
        guard bytes.count == 4 else { return isPublicV6 }
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0, _, _), (10, _, _), (127, _, _), (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _): return false
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100), (203, 0, 113), (224..., _, _): return false
        default: return true
        }
    }

    /// True within the global unicast range 2000::/3, except for tunnels to IPv4 and documentation prefixes.
    private var isPublicV6: Bool {
        guard bytes.count == 16, bytes[0] & 0xE0 == 0x20 else { return false }
        let prefix = Int(bytes[0]) << 8 | Int(bytes[1]), next = Int(bytes[2]) << 8 | Int(bytes[3])
        return prefix != 0x2002 && prefix != 0x3FFF && !(prefix == 0x2001 && (next < 0x0200 || next == 0x0DB8))
    }
}
