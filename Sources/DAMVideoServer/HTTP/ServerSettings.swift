import Imaging

/// Address, access rules and limits of a server.
package struct ServerSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0 for any that is free.
    package var port = 8080
    /// Key that clients must give; nil for none.
    package var key: String?
    /// True to listen beyond this machine without a key.
    package var allowsEverybody = false
    /// Origins of pages elsewhere that may use the server.
    package var origins: [String] = []
    /// Names by which it may be called besides local ones.
    package var names: [String] = []
    package var limits = ServerLimits()
    /// Time for open requests to end when the server is stopped.
    package var grace: Duration = .seconds(10)

    package init() {}

    /// True if other machines cannot reach it.
    package var isLocal: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) || host.hasPrefix("127.") }

    /// - Throws: `InputError` of category `usage` when strangers could use it and that was not asked for.
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
