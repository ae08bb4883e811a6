import Imaging

/// An error response: a status and OpenAI's error object.
struct APIError: Error, Equatable {
    let status: Int
    let message: String
    /// OpenAI's error type.
    let type: String
    /// Field of the request that caused the error.
    var param: String?
    var code: String?
    /// Seconds after which to retry.
    var retryAfter: Int?
    /// Methods that the path allows, for 405.
    var allow: [String]?
    /// Size of the file in bytes, for an unsatisfiable range.
    var fileSize: Int?

    init(_ status: Int, _ message: String, param: String? = nil, code: String? = nil, retryAfter: Int? = nil) {
        (self.status, self.message, self.param, self.code, self.retryAfter) = (status, message, param, code, retryAfter)
        type = switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }

    static func tooLarge(limit: Int) -> APIError {
        APIError(413, "found a body of more than \(limit >> 20) MB, expected at most \(limit >> 20) MB", code: "too_large")
    }

    static func notAllowed(_ method: String, allow: [String]) -> APIError {
        var error = APIError(405, "found \(method), expected \(allow.joined(separator: " or "))", code: "method_not_allowed")
        error.allow = allow
        return error
    }

    /// Converts the error of an unusable input.
    init(_ error: InputError) {
        switch error.category {
        case .notFound: self.init(404, error.description, code: "not_found")
        case .usage, .invalid: self.init(400, error.description, code: "invalid_input")
        case .outputExists: self.init(409, error.description, code: "conflict")
        case .unusableModel, .inputOutput: self.init(500, error.description)
        }
    }
}

extension APIError {
    /// Converts any error; its text is sent only if it is meant for users.
    init(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as InputError: self.init(error)
        case let error as any CategorizedError: self.init(InputError(error.category, error.description))
        // nginx's status for a client that disconnected; only logged.
        case is CancellationError: self.init(499, "the client has left", code: "cancelled")
        default: self.init(500, "internal server error", code: "internal_error")
        }
    }
}

extension APIError: Encodable {
    private enum CodingKeys: String, CodingKey { case error }
    private enum ErrorKeys: String, CodingKey { case message, type, param, code }

    func encode(to encoder: any Encoder) throws {
        var outer = encoder.container(keyedBy: CodingKeys.self)
        var values = outer.nestedContainer(keyedBy: ErrorKeys.self, forKey: .error)
        try values.encode(message, forKey: .message)
        try values.encode(type, forKey: .type)
        try values.encode(param, forKey: .param)
        try values.encode(code, forKey: .code)
    }
}
