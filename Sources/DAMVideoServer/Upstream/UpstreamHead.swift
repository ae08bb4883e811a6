import Foundation

/// Status and headers of an upstream server's answer.
struct UpstreamHead: Sendable, Equatable {
    let status: Int
    /// Keyed by lowercase name.
    let headers: [String: String]

    var isEventStream: Bool { headers["content-type"]?.lowercased().hasPrefix("text/event-stream") ?? false }

    private static let end = Data("\r\n\r\n".utf8)
    /// Upper bound on the bytes of a head.
    private static let longest = 64 << 10

    /// Splits an answer into its head and the bytes after it. Interim responses (1xx) are skipped.
    /// - Returns: nil while the head is incomplete.
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
