/// Limits on what the server accepts from clients.
package struct ServerLimits: Sendable {
    /// Concurrent connections; further ones wait to be accepted.
    package var connections = 512
    /// Time for a request's header to arrive, from the connection's start or its first byte.
    package var head: Duration = .seconds(20)
    /// Time that a connection may be idle.
    package var idle: Duration = .seconds(75)
    /// Longest pause between parts of a body.
    package var bodyPause: Duration = .seconds(20)
    /// Minimum average bytes per second of a body after `bodyPause`; otherwise slow clients could hold connections for hours.
    package var bodyRate = 1024
    /// Time for a client to read what was sent before more is written.
    package var write: Duration = .seconds(60)
    /// Upper bound on the bytes of a request's header fields and target.
    package var headerBytes = 32 << 10
    /// Upper bound on a request's header fields.
    package var headerFields = 100
    /// Longest silence in an event stream; then a comment is sent, which detects vanished clients.
    package var heartbeat: Duration = .seconds(15)

    package init() {}
}
