import Foundation
import FoundationNetworking
import Imaging

/// Address of a Frigate, and who asks it.
package struct FrigateAddress: Sendable {
    /// A user of Frigate's own, which port 8971 asks for.
    package struct User: Sendable {
        let name: String
        let password: String

        package init(name: String, password: String) { (self.name, self.password) = (name, password) }
    }

    /// With the path that Frigate lies under, if any, and without a slash at its end.
    package let base: String
    /// nil for a port that asks for nobody.
    package let user: User?

    /// - Throws: `InputError` of category `usage` for what is no address.
    package init(_ text: String, user: User?) throws {
        guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme?.lowercased()),
            parts.host.map({ !$0.isEmpty }) ?? false, parts.query == nil, parts.fragment == nil
        else {
            throw InputError(.usage, "--url", found: "\"\(text)\"", expected: "an address such as http://frigate:5000")
        }
        // A password in it would be seen by all who list this machine's processes.
        guard parts.user == nil, parts.password == nil else {
            throw InputError(.usage, "--url", found: "a user in it", expected: "--user and --password-file")
        }
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        (self.base, self.user) = (base.hasSuffix("/api") ? String(base.dropLast(4)) : base, user)
    }

    /// Address of a path of the API, with a query.
    func url(_ path: String, _ query: [(name: String, value: String)] = []) throws -> URL {
        let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        let pairs = query.map { "\($0.name)=\($0.value.addingPercentEncoding(withAllowedCharacters: plain) ?? "")" }
        guard let url = URL(string: "\(base)/api/\(path)" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))) else {
            throw InputError(.usage, "--url", found: "\"\(base)\", of which no address of \(path) can be made", expected: "another")
        }
        return url
    }

    /// Path of an event, whose id comes from outside.
    static func path(of id: String) -> String {
        let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        return "events/" + (id.addingPercentEncoding(withAllowedCharacters: plain) ?? "")
    }
}
