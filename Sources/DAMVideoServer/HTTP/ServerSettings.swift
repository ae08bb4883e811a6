import Imaging

/// Address, access rules and limits of a server.
package struct ServerSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0 for any free port.
    package var port = 8080
    /// Key that clients must send; nil for none.
    package var key: String?
    /// True to allow other machines without a key.
    package var allowsEverybody = false
    /// Origins of other sites whose pages may use the server.
    package var origins: [String] = []
    /// Accepted host names in addition to local ones.
    package var names: [String] = []
    package var limits = ServerLimits()
    /// Grace period for open requests when the server stops.
    package var grace: Duration = .seconds(10)

    package init() {}

    /// True if only this machine can reach the server.
    package var isLocal: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) || host.hasPrefix("127.") }

    /// - Throws: `InputError` of category `usage` if other machines could use it without a key and that was not allowed
    ///   explicitly.
    package func check() throws {
        guard isLocal || key != nil || allowsEverybody else {
            throw InputError(
                .usage, "--host \(host)", found: "an address that other machines reach, and no key",
                expected: "--api-key KEY, or --no-api-key to let everybody in")
        }
        guard (0...65535).contains(port) else { throw InputError(.usage, "--port \(port)", found: "no port", expected: "0 to 65535") }
        guard key.map({ !$0.isEmpty }) ?? true else { throw InputError(.usage, "--api-key", found: "an empty key", expected: "a key") }
    }
}
