import Foundation
import FoundationNetworking
import Imaging

/// An answer of Frigate that is not what was asked for.
enum FrigateFailure: Error, Equatable {
    /// Nothing can be asked for now: there is no connection.
    case away(String)
    /// There is no such event, or no such clip.
    case missing
    /// An answer that makes no sense, or broke off; another try may bring a better one.
    case faulty(String)

    /// The failure of a connection.
    /// - Parameter hasBegun: whether a part of the answer has come.
    static func of(_ error: any Error, hasBegun: Bool) -> any Error {
        guard error is URLError || error is CocoaError else { return error }
        let code = (error as? URLError)?.code
        let words = switch code {
        case .timedOut: "no sign of the server in time"
        case .cannotFindHost, .dnsLookupFailed: "no server of that name"
        case .cannotConnectToHost: "no connection to the server"
        case _ where hasBegun: "an answer that broke off"
        case .networkConnectionLost: "the connection lost"
        case .serverCertificateUntrusted, .serverCertificateHasUnknownRoot, .serverCertificateHasBadDate, .secureConnectionFailed:
            "a certificate that this machine does not trust"
        default: "a connection that failed (\(error.localizedDescription))"
        }
        let away: [URLError.Code] = [
            .cannotFindHost, .dnsLookupFailed, .cannotConnectToHost, .notConnectedToInternet, .serverCertificateUntrusted,
            .serverCertificateHasUnknownRoot, .serverCertificateHasBadDate, .secureConnectionFailed,
        ]
        return !hasBegun && code.map(away.contains) ?? false ? FrigateFailure.away(words) : .faulty(words)
    }

    /// The failure that a status means.
    /// - Parameter subject: the path that was asked for.
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
