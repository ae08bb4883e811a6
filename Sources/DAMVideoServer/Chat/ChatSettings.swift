import Foundation

/// Limits and permissions of chat completions.
struct ChatSettings: Sendable {
    /// Requests that may wait for the engine.
    var queue = 32
    /// Upper bound on a body's bytes.
    var bodyLimit = 64 << 20
    /// Upper bound on the pixels of an image or frame.
    var maximumPixels = 1 << 26
    /// Time limit for every answer; zero for no limit, nil to take it from each request.
    var replyWithin: Duration?
    /// Server for requests that this server's model cannot answer; nil for none.
    var upstream: UpstreamServer?
    var media = MediaReader(root: nil, fetch: nil)
}
