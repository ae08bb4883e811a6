import Foundation

/// Status and headers of an upstream server's answer.
struct UpstreamHead: Sendable, Equatable {
    let status: Int
    /// By name in small letters.
    let headers: [String: String]

    var isEventStream: Bool { headers["content-type"]?.lowercased().hasPrefix("text/event-stream") ?? false }

    private static let end = Data("\r\n\r\n".utf8)
    /// Bytes of a head at most.
    private static let longest = 64 << 10

    /// The head at the beginning of an answer, and the bytes behind it. Heads that announce another are passed over.
    /// - Returns: nil as long as it is not complete.
    static func split(_ data: Data) -> (UpstreamHead, Data)? {
        guard let end = data.prefix(longest).range(of: end) else { return nil }
        let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ") ?? [], rest = Data(data[end.upperBound...])
        guard words.count > 1, let status = Int(words[1]) else { return nil }
        if (100..<200).contains(status) { return split(rest) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return (UpstreamHead(status: status, headers: headers), rest)
    }
}
