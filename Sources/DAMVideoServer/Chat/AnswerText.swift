/// Text of an answer on its way to a client, up to the first of some strings that end it. What may be the beginning of
/// such a string is held back, so that no part of one gets out.
struct AnswerText {
    private let stops: [[UInt8]]
    /// Not given out yet.
    private var held: [UInt8] = []
    private(set) var isStopped = false

    init(stops: [String]) { self.stops = stops.map { Array($0.utf8) } }

    /// - Parameter text: whole characters.
    /// - Returns: what is certain to belong to the answer, often less or more than `text`.
    mutating func append(_ text: String) -> String {
        guard !isStopped else { return "" }
        if stops.isEmpty { return text }
        held += text.utf8
        if let place = stops.compactMap({ held.firstRange(of: $0)?.lowerBound }).min() {
            isStopped = true
            defer { held = [] }
            return String(decoding: held[..<place], as: UTF8.self)
        }
        // Stop strings begin with a character, and so does what is held back.
        let end = held.count - (stops.map { Self.overlap(held, $0) }.max() ?? 0)
        defer { held.removeFirst(end) }
        return String(decoding: held[..<end], as: UTF8.self)
    }

    /// The rest, at the end of the answer.
    mutating func finish() -> String {
        defer { held = [] }
        return isStopped ? "" : String(decoding: held, as: UTF8.self)
    }

    /// Bytes at the end of `text` that `stop` begins with, short of all of it.
    private static func overlap(_ text: [UInt8], _ stop: [UInt8]) -> Int {
        var length = min(text.count, stop.count - 1)
        while length > 0, !text.suffix(length).elementsEqual(stop.prefix(length)) { length -= 1 }
        return length
    }
}
