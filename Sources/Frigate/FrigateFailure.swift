import Foundation
import FoundationNetworking
import Imaging

/// A failed request to Frigate.
enum FrigateFailure: Error, Equatable {
    /// There is no connection; no request can succeed for now.
    case away(String)
    /// The event or clip does not exist.
    case missing
    /// An invalid or truncated answer; a retry may succeed.
    case faulty(String)

    /// Converts a connection error.
    /// - Parameter hasBegun: true if part of the answer has arrived.
    static func of(_ error: any Error, hasBegun: Bool) -> any Error {
        guard error is URLError || error is CocoaError else { return error }
        let code = (error as? URLError)?.code
        let words = switch code {
        case .timedOut: "no answer in time"
        case .cannotFindHost, .dnsLookupFailed: "no server of that name"
        case .cannotConnectToHost: "no connection to the server"
        case _ where hasBegun: "a truncated answer"
        case .networkConnectionLost: "a lost connection"
        case .serverCertificateUntrusted, .serverCertificateHasUnknownRoot, .serverCertificateHasBadDate, .secureConnectionFailed:
            "a certificate that this machine does not trust"
        default: "a failed connection (\(error.localizedDescription))"
        }
        let away: [URLError.Code] = [
            .cannotFindHost, .dnsLookupFailed, .cannotConnectToHost, .notConnectedToInternet, .serverCertificateUntrusted,
            .serverCertificateHasUnknownRoot, .serverCertificateHasBadDate, .secureConnectionFailed,
        ]
        return !hasBegun && code.map(away.contains) ?? false ? FrigateFailure.away(words) : .faulty(words)
    }

    /// The failure for an HTTP status.
    /// - Parameter subject: the requested resource, for messages.
    static func of(status: Int, _ subject: String, user: String?) -> any Error {
        switch status {
        case 404: FrigateFailure.missing
        case 401:
            InputError(
                .notFound, subject, found: "HTTP 401 from Frigate" + (user.map { " for the user \($0)" } ?? ""),
                expected: "--user and --password-file of one of its users, or its port 5000, which asks for none")
        case 403:
            InputError(
                .notFound, subject, found: "HTTP 403 from Frigate" + (user.map { " for the user \($0)" } ?? ""),
                expected: "a user with the role admin, who may change descriptions")
        default: FrigateFailure.faulty("HTTP \(status)")
        }
    }
}
