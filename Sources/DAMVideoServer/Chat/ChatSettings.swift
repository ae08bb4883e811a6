import Foundation

/// Bounds and permissions of chat completions.
struct ChatSettings: Sendable {
    /// Requests that may wait for the engine.
    var queue = 32
    /// Bytes of a body.
    var bodyLimit = 64 << 20
    /// Pixels of a picture, or of a frame.
    var maximumPixels = 1 << 26
    /// Time within which each request is answered; zero for no limits, nil for those that requests show.
    var replyWithin: Duration?
    /// Server that answers what this one's model is not made for; nil for none.
    var upstream: UpstreamServer?
    var media = MediaReader(root: nil, fetch: nil)
}
