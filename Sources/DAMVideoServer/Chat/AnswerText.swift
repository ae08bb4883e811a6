/// Text of an answer while it is sent to a client, up to the first stop string. Text that may be the beginning of a stop string
/// is held back, so that no part of one is sent.
struct AnswerText {
    private let stops: [[UInt8]]
    /// Bytes not sent yet.
    private var held: [UInt8] = []
    private(set) var isStopped = false

    init(stops: [String]) { self.stops = stops.map { Array($0.utf8) } }

    /// - Parameter text: whole characters.
    /// - Returns: text that certainly belongs to the answer, often shorter or longer than `text`.
    mutating func append(_ text: String) -> String {
        guard !isStopped else { return "" }
        if stops.isEmpty { return text }
        held += text.utf8
        if let place = stops.compactMap({ held.firstRange(of: $0)?.lowerBound }).min() {
            isStopped = true
            defer { held = [] }
            return String(decoding: held[..<place], as: UTF8.self)
        }
        // Stop strings begin on a character boundary, so the text held back does too.
        let end = held.count - (stops.map { Self.overlap(held, $0) }.max() ?? 0)
        defer { held.removeFirst(end) }
        return String(decoding: held[..<end], as: UTF8.self)
    }

    /// The remaining text, at the end of the answer.
    mutating func finish() -> String {
        defer { held = [] }
        return isStopped ? "" : String(decoding: held, as: UTF8.self)
    }

    /// Length of the longest proper prefix of `stop` at the end of `text`, in bytes.
    private static func overlap(_ text: [UInt8], _ stop: [UInt8]) -> Int {
        var length = min(text.count, stop.count - 1)
        while length > 0, !text.suffix(length).elementsEqual(stop.prefix(length)) { length -= 1 }
        return length
    }
}
