import Files
import FoundationNetworking
import Imaging
import ModelCache

/// The hash that names a content in the cache, and how it is computed.
enum ContentHash: Equatable {
    /// Hash of large files.
    case sha256(String)
    /// Hash of other files, as git computes it.
    case gitSHA1(String)
    /// A name of another kind, which nothing can be checked by.
    case unknown(String)

    /// - Returns: nil for what cannot be the name of a file.
    init?(_ name: String) {
        if name.isHash(digits: 64) {
            self = .sha256(name)
        } else if name.isHash(digits: 40) {
            self = .gitSHA1(name)
        } else {
            guard ModelName.isRevision(name), !name.contains("/"), !name.hasSuffix(".incomplete") else { return nil }
            self = .unknown(name)
        }
    }

    var name: String {
        switch self {
        case .sha256(let name), .gitSHA1(let name), .unknown(let name): name
        }
    }

    /// The digest that computes it; nil if there is none.
    func digest(size: Int?) -> (any Digest)? {
        switch self {
        case .sha256: SHA256()
        case .gitSHA1: size.map { GitBlobSHA1(size: $0) }
        case .unknown: nil
        }
    }

    /// The hash that a response of the hub gives of the content that it leads to.
    static func linked(_ response: HTTPURLResponse) -> String? { response.value(forHTTPHeaderField: "X-Linked-Etag").map(tag) }

    /// The hash that a response of the hub gives of the content in it.
    static func name(_ response: HTTPURLResponse) -> String? {
        linked(response) ?? response.value(forHTTPHeaderField: "ETag").map(tag)
    }

    /// An entity tag without what HTTP puts around it.
    private static func tag(_ text: String) -> String {
        (text.hasPrefix("W/") ? text.dropFirst(2) : text[...]).filter { $0 != "\"" }
    }
}
