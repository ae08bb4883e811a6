/// Time within which a chat request is answered, with less text where there is no time for all of it.
enum ReplyLimit {
    /// Time for a request of Frigate's, which waits for 120 s.
    static let forFrigate = Duration.seconds(110)

    /// Header in which OpenAI's clients say how many seconds they wait for an answer.
    private static let header = "x-stainless-read-timeout"
    /// Part of that time that an answer may take: the rest is for its way.
    private static let share = 11.0 / 12

    /// - Parameters:
    ///   - option: as the server was started with; zero for no limits, nil for those that requests show.
    ///   - isMarked: whether the text has a marker of damvideo's.
    ///   - streams: whether the answer comes in parts, for which clients wait one by one.
    /// - Returns: nil for as long as it takes.
    static func time(_ option: Duration?, headers: [String: String], isMarked: Bool, streams: Bool) -> Duration? {
        if option == .zero { return nil }
        guard !streams else { return option }
        let told = headers[header].flatMap { Double($0) }.flatMap { $0 > 0 && $0 < 1e6 ? Duration.seconds($0 * share) : nil }
        return [option ?? (isMarked ? forFrigate : nil), told].compactMap(\.self).min()
    }
}
