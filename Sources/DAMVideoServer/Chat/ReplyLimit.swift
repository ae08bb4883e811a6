/// Time limit for the answer to a chat request; the answer is cut short if it takes longer.
enum ReplyLimit {
    /// Time for a request from Frigate, which waits for 120 s.
    static let forFrigate = Duration.seconds(110)

    /// Header in which OpenAI's clients state their read timeout in seconds.
    private static let header = "x-stainless-read-timeout"
    /// Share of that time for the answer; the rest allows for the network.
    private static let share = 11.0 / 12

    /// - Parameters:
    ///   - option: server option; zero for no limit, nil to take it from the request.
    ///   - isMarked: true if the text has a damvideo marker.
    ///   - streams: true for a streamed answer, where clients time out per chunk.
    /// - Returns: nil for no limit.
    static func time(_ option: Duration?, headers: [String: String], isMarked: Bool, streams: Bool) -> Duration? {
        if option == .zero { return nil }
        guard !streams else { return option }
        let told = headers[header].flatMap { Double($0) }.flatMap { $0 > 0 && $0 < 1e6 ? Duration.seconds($0 * share) : nil }
        return [option ?? (isMarked ? forFrigate : nil), told].compactMap(\.self).min()
    }
}
