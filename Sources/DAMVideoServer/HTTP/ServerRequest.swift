import DAMVideo
import Foundation

/// A request as the handlers see it, without types of the web framework.
struct ServerRequest: Sendable {
    /// In capitals.
    var method: String
    /// Parts of the path between slashes, percent-decoded; empty for `/`.
    var path: [String]
    /// Percent-decoded; the last value of a name given twice.
    var query: [String: String] = [:]
    /// By name in small letters; values of a header given twice joined by commas.
    var headers: [String: String] = [:]
    var body = RequestBody(Data())
    /// The client, by its connection: the engine's callers take turns.
    var client = EngineCaller()
}

/// Bytes of a request, read as they arrive, once.
struct RequestBody: Sendable {
    /// From the request's head; nil if it does not say.
    let declaredLength: Int?
    private let read: @Sendable () async throws -> Data?

    /// - Parameter read: the next bytes; nil at the end. Called by one task at a time.
    init(declaredLength: Int?, read: @escaping @Sendable () async throws -> Data?) {
        (self.declaredLength, self.read) = (declaredLength, read)
    }

    /// The next bytes; nil at the end.
    /// - Throws: when the connection ends before the body does.
    func next() async throws -> Data? { try await read() }

    /// The whole body.
    /// - Throws: `APIError` 413 when it is larger than `limit` bytes.
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
