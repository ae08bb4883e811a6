/// Bounds on what one server takes from its clients.
package struct ServerLimits: Sendable {
    /// Connections at a time; more wait to be accepted.
    package var connections = 512
    /// Time for a request's head to arrive, from the connection's start or its first byte.
    package var head: Duration = .seconds(20)
    /// Time a connection may be open without a request.
    package var idle: Duration = .seconds(75)
    /// Longest pause between parts of a body.
    package var bodyPause: Duration = .seconds(20)
    /// Bytes a second that a body must bring on average once `bodyPause` is over: below, slow clients would hold connections
    /// for hours.
    package var bodyRate = 1024
    /// Time for a client to take what was sent before more is.
    package var write: Duration = .seconds(60)
    /// Bytes of all header fields of a request, its target included.
    package var headerBytes = 32 << 10
    /// Header fields of a request.
    package var headerFields = 100
    /// Longest silence within a stream of events; a comment is sent then, by which a vanished client is noticed.
    package var heartbeat: Duration = .seconds(15)

    package init() {}
}
