/// The name of a model on the hub: `owner/name`, optionally followed by @ and a branch, tag or commit.
package struct ModelName: Sendable, Hashable, CustomStringConvertible {
    /// Branch used if no revision is given.
    package static let defaultRevision = "main"
    /// Maximum length of an owner, name or revision.
    private static let longest = 96

    package let owner: String
    package let name: String
    package let revision: String?

    /// Parses `owner/name[@revision]`, or the short name of a recommended model.
    /// - Returns: nil for an invalid name. Valid names cannot be used for path traversal.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let revision = parts.count == 2 ? String(parts[1]) : nil
        guard revision.map(Self.isRevision) ?? true else { return nil }
        if names.count == 1 {
            guard let model = RecommendedModel.named(names[0]) else { return nil }
            (owner, name) = (model.name.owner, model.name.name)
        } else {
            guard names.count == 2, names.allSatisfy(Self.isPart) else { return nil }
            (owner, name) = (names[0], names[1])
        }
        self.revision = revision
    }

    /// `owner/name`, as used in URLs.
    package var identifier: String { "\(owner)/\(name)" }

    package var description: String { identifier + (revision.map { "@\($0)" } ?? "") }

    /// The same model without a revision.
    package var model: ModelName { ModelName(owner: owner, name: name, revision: nil) }

    /// Name of the model's folder in the cache.
    package var folder: String { "models--\(owner)--\(name)" }

    /// The model of a cache folder; nil for another folder.
    package init?(folder: String) {
        guard folder.hasPrefix("models--") else { return nil }
        let rest = folder.dropFirst("models--".count)
        guard let separator = rest.firstRange(of: "--") else { return nil }
        self.init("\(rest[..<separator.lowerBound])/\(rest[separator.upperBound...])")
    }

    private init(owner: String, name: String, revision: String?) {
        (self.owner, self.name, self.revision) = (owner, name, revision)
    }

    /// The hub's rule for owners and names.
    private static func isPart(_ text: String) -> Bool {
        guard let first = text.first, let last = text.last, text.utf8.count <= longest else { return false }
        return text.utf8.allSatisfy(isNameByte) && !".-".contains(first) && !".-".contains(last) && !text.contains("--")
            && !text.contains("..")
    }

    /// True for valid branches, tags and commits, whose names are paths within `refs`.
    package static func isRevision(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.count <= longest && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) && $0.first != "." }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

extension StringProtocol {
    /// True for this number of lowercase hexadecimal digits, as in commits and hashes.
    package func isHash(digits: Int) -> Bool {
        utf8.count == digits && utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
