import Foundation
import Imaging
import ModelCache

/// The models of a cache, and the recommended ones.
struct ModelsReport: Encodable {
    struct Cached: Encodable {
        let name: String
        let kind: String?
        /// Reason that it cannot be used; nil if it can.
        let problem: String?
        let licence: String?
        let folder: String
        let bytes: Int
        let revisions: [String: String]
        let files: [String]

        /// - Parameter revision: the revision whose files are listed; nil for the main one, or the only one.
        /// - Returns: nil if there is no such revision.
        init?(_ repository: CachedRepository, revision: String?) {
            let commits = repository.commits
            let commit = repository.commit(of: revision ?? ModelName.defaultRevision) ?? (revision == nil ? commits.first : nil)
            guard let snapshot = commit.flatMap(repository.snapshot) else { return nil }
            name = repository.name.identifier
            do {
                kind = try snapshot.contents().kind.rawValue
                problem = nil
            } catch {
                kind = nil
                problem = (error as? InputError).flatMap(\.found) ?? "\(error)"
            }
            licence = repository.toldLicence ?? RecommendedModel.of(repository.name)?.licence.name
            (folder, bytes, files) = (snapshot.path, snapshot.size, snapshot.files)
            revisions = Dictionary(repository.references.map { ($0.revision, $0.commit) }) { first, _ in first }
        }
    }

    struct Recommended: Encodable {
        let shortName: String
        let name: String
        let kind: String
        let bytes: Int
        let licence: String
        let nonCommercial: Bool
        let purpose: String
        let inCache: Bool

        private enum CodingKeys: String, CodingKey {
            case shortName = "short_name", nonCommercial = "non_commercial", inCache = "in_cache"
            case name, kind, bytes, licence, purpose
        }
    }

    let cache: String
    let cached: [Cached]
    let recommended: [Recommended]

    init(_ cache: ModelCache) {
        self.cache = cache.folder
        let cached = cache.repositories.compactMap { Cached($0, revision: nil) }
        self.cached = cached
        recommended = RecommendedModel.all.map { model in
            Recommended(
                shortName: model.shortName, name: model.name.identifier, kind: model.kind.rawValue, bytes: model.size,
                licence: model.licence.name, nonCommercial: model.licence.isNonCommercial, purpose: model.purpose,
                inCache: cached.contains { $0.name == model.name.identifier && $0.problem == nil })
        }
    }
}

enum ModelsTable {
    static func text(_ report: ModelsReport) -> String {
        let cached = TextTable(indentation: 2, columns: [.left(42), .right(10), .left(2), .left(8)])
        let usable = report.cached.filter { $0.kind != nil }, others = report.cached.count - usable.count
        var lines = ["In the cache (\(report.cache)):"]
        lines += usable.map { cached.row($0.name, ByteText.size($0.bytes), "", $0.kind ?? "", $0.licence ?? "") }
        if usable.isEmpty { lines.append("  none") }
        if others > 0 { lines.append("  and \(others) that damvideo has no use for, or that \(others == 1 ? "is" : "are") not complete") }
        lines.append("Available through damvideo pull:")
        let table = TextTable(indentation: 2, columns: [.left(20), .right(9), .left(2), .left(32)])
        lines += report.recommended.map { model in
            table.row(model.shortName, ByteText.size(model.bytes), "", model.licence, model.purpose + (model.inCache ? " (here)" : ""))
        }
        return PlainText.report(lines)
    }

    static func text(_ model: ModelsReport.Cached) -> String {
        let table = TextTable(indentation: 2, columns: [.left(10)])
        var lines = [model.name, table.row("folder", model.folder), table.row("size", ByteText.size(model.bytes))]
        lines.append(table.row("kind", model.kind ?? "none that damvideo knows: \(model.problem ?? "")"))
        if let licence = model.licence { lines.append(table.row("licence", licence)) }
        lines += model.revisions.sorted { $0.key < $1.key }.map { table.row("revision", "\($0.key) \($0.value)") }
        lines += model.files.map { table.row("file", $0) }
        return PlainText.report(lines)
    }
}
