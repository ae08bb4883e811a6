import Foundation
import Imaging

/// Checks of URLs given by users.
package enum WebAddress {
    /// - Parameter option: the option or variable in the error.
    /// - Throws: `InputError` of category `usage` for a URL that Foundation's session cannot connect to.
    package static func check(_ url: URL, option: String) throws {
        if let port = url.port, !(1...65535).contains(port) {
            throw InputError(.usage, option, found: "port \(port)", expected: "1 to 65535")
        }
        // The session looks such a host up as a name.
        if let host = url.host(), host.contains(":") {
            throw InputError(.usage, option, found: "the IPv6 address \(host) as host", expected: "a host name that resolves to it")
        }
    }
}
