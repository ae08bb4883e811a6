import Files
import FoundationNetworking
import Imaging
import ModelCache

/// The hash that names a blob in the cache, and its algorithm.
enum ContentHash: Equatable {
    /// Used for large files.
    case sha256(String)
    /// git's blob hash, used for other files.
    case gitSHA1(String)
    /// A name of another kind, which cannot be verified.
    case unknown(String)

    /// - Returns: nil if it cannot be a file name.
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

    /// The hash, in a response of the hub, of the content that it redirects to.
    static func linked(_ response: HTTPURLResponse) -> String? { response.value(forHTTPHeaderField: "X-Linked-Etag").map(tag) }

    /// The hash, in a response of the hub, of its own content.
    static func name(_ response: HTTPURLResponse) -> String? {
        linked(response) ?? response.value(forHTTPHeaderField: "ETag").map(tag)
    }

    /// An entity tag without quotes and weakness prefix.
    private static func tag(_ text: String) -> String {
        (text.hasPrefix("W/") ? text.dropFirst(2) : text[...]).filter { $0 != "\"" }
    }
}
