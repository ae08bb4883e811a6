import Foundation
import FoundationNetworking
import Imaging
import WebRequests

/// Address of a Frigate server, with the login.
package struct FrigateAddress: Sendable {
    /// A user of Frigate, required at port 8971.
    package struct User: Sendable {
        let name: String
        let password: String

        package init(name: String, password: String) { (self.name, self.password) = (name, password) }
    }

    /// URL including Frigate's path prefix, if any, without a trailing slash.
    package let base: String
    /// Nil for a port without authentication.
    package let user: User?

    /// - Throws: `InputError` of category `usage` for an invalid URL.
    package init(_ text: String, user: User?) throws {
        guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme?.lowercased()),
            parts.host.map({ !$0.isEmpty }) ?? false, parts.query == nil, parts.fragment == nil
        else {
            throw InputError(.usage, "--url", found: "\"\(text)\"", expected: "an address such as http://frigate:5000")
        }
        if let url = parts.url { try WebAddress.check(url, option: "--url") }
        // A password in the URL would be visible in the process list.
        guard parts.user == nil, parts.password == nil else {
            throw InputError(.usage, "--url", found: "a user in it", expected: "--user and --password-file")
        }
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        (self.base, self.user) = (base.hasSuffix("/api") ? String(base.dropLast(4)) : base, user)
    }

    /// URL of an API path, with a query.
    func url(_ path: String, _ query: [(name: String, value: String)] = []) throws -> URL {
        let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        let pairs = query.map { "\($0.name)=\($0.value.addingPercentEncoding(withAllowedCharacters: plain) ?? "")" }
        guard let url = URL(string: "\(base)/api/\(path)" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))) else {
            throw InputError(.usage, "--url", found: "\"\(base)\", of which no address of \(path) can be made", expected: "another")
        }
        return url
    }

    /// Path of an event; its id is untrusted.
    static func path(of id: String) -> String {
        let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        return "events/" + (id.addingPercentEncoding(withAllowedCharacters: plain) ?? "")
    }
}
