import DAMVideo
import Foundation

/// A request as passed to handlers, independent of the web framework.
struct ServerRequest: Sendable {
    /// Method in uppercase.
    var method: String
    /// Percent-decoded path components; empty for `/`.
    var path: [String]
    /// Percent-decoded query; of repeated names, the last value.
    var query: [String: String] = [:]
    /// Keyed by lowercase name; values of repeated headers are joined by commas.
    var headers: [String: String] = [:]
    var body = RequestBody(Data())
    /// The client, one per connection; the engine's callers take turns.
    var client = EngineCaller()
}

/// A request's body, which can be read once, as it arrives.
struct RequestBody: Sendable {
    /// From the request's header; nil if not declared.
    let declaredLength: Int?
    private let read: @Sendable () async throws -> Data?

    /// - Parameter read: returns the next bytes, or nil at the end. Called by one task at a time.
    init(declaredLength: Int?, read: @escaping @Sendable () async throws -> Data?) {
        (self.declaredLength, self.read) = (declaredLength, read)
    }

    /// The next bytes; nil at the end.
    /// - Throws: an error if the connection ends before the body does.
    func next() async throws -> Data? { try await read() }

    /// The whole body.
    /// - Throws: `APIError` 413 if it is larger than `limit` bytes.
    func collected(limit: Int) async throws -> Data {
        if let declaredLength, declaredLength > limit { throw APIError.tooLarge(limit: limit) }
        var all = Data()
        while let part = try await next() {
            all.append(part)
            if all.count > limit { throw APIError.tooLarge(limit: limit) }
        }
        return all
    }
}

extension RequestBody {
    init(_ data: Data) {
        let rest = OnceRead(data)
        self.init(declaredLength: data.count) { await rest.take() }
    }

    private actor OnceRead {
        private var data: Data?

        init(_ data: Data) { self.data = data.isEmpty ? nil : data }

        func take() -> Data? {
            defer { data = nil }
            return data
        }
    }
}
