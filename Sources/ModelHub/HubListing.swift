import Files
import Foundation
import Imaging
import ModelCache

/// The file listing of a model's revision on the hub. Source: https://huggingface.co/docs/hub/api
struct HubListing {
    struct File: Equatable {
        /// Relative to the model.
        let path: String
        /// In bytes; nil if not listed.
        let size: Int?
        let hash: ContentHash?
    }

    let commit: String
    let files: [String: File]
    let licence: ModelLicence?

    /// - Throws: `InputError` of category `invalid` if it is not a listing, or has names that lead outside the model's folder.
    init(_ data: Data, of name: ModelName) throws {
        func error(_ found: String, _ expected: String) -> InputError {
            InputError(.invalid, "\(name)", found: found, expected: expected)
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: data) else {
            throw error("an answer that is not a model listing", "that of a hub (is HF_ENDPOINT one?)")
        }
        guard let commit = answer.sha, commit.isHash(digits: 40) else {
            throw error("commit \"\(answer.sha ?? "")\"", "40 hexadecimal digits")
        }
        var files: [String: File] = [:]
        for file in answer.siblings ?? [] {
            guard Self.isInside(file.rfilename) else { throw error("file \"\(file.rfilename)\"", "names within the model's folder") }
            let hash = file.lfs?.sha256 ?? file.lfs?.oid ?? file.blobId
            let size = file.lfs?.size ?? file.size
            guard size.map({ $0 >= 0 }) ?? true else { throw error("file \"\(file.rfilename)\" of \(size ?? 0) bytes", "0 or more") }
            let known = try hash.map { hash in
                guard let known = ContentHash(hash) else { throw error("hash \"\(hash)\" of \(file.rfilename)", "hexadecimal digits") }
                return known
            }
            files[file.rfilename] = File(path: file.rfilename, size: size, hash: known)
        }
        (self.commit, self.files) = (commit, files)
        let card = answer.cardData, tag = answer.tags?.first { $0.hasPrefix("license:") }?.dropFirst("license:".count)
        licence = ModelLicence(
            identifier: card?.license?.text ?? tag.map(String.init), name: card?.license_name?.text, link: card?.license_link?.text)
    }

    /// True for a relative path without special components.
    private static func isInside(_ path: String) -> Bool {
        let isPlain = path.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && $0 != "\\" }
        return isPlain && path.utf8.count <= 1024
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !["", ".", ".."].contains($0) }
    }

    private struct Answer: Decodable {
        let sha: String?
        let siblings: [Sibling]?
        let cardData: Card?
        let tags: [String]?
    }

    private struct Sibling: Decodable {
        struct Pointer: Decodable {
            let sha256: String?
            let oid: String?
            let size: Int?
        }

        let rfilename: String
        let size: Int?
        let blobId: String?
        let lfs: Pointer?
    }

    private struct Card: Decodable {
        let license: Words?
        let license_name: Words?
        let license_link: Words?
    }

    /// A string or a list of strings, as model cards are written by hand.
    private struct Words: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            text = (try? value.decode(String.self)) ?? (try? value.decode([String].self))?.joined(separator: ", ")
        }
    }
}
