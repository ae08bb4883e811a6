import Files
import Foundation
import Imaging

/// A folder of models in the hub's cache layout, shared with other programs: for each repository `blobs` by hash, `snapshots` of
/// commits with links to them, and `refs` with the commit of each branch.
/// Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
package struct ModelCache: Sendable {
    package let folder: String

    package init(folder: String) { self.folder = folder }

    /// The cache entry of a model, whether it exists or not.
    package func repository(_ name: ModelName) -> CachedRepository { CachedRepository(of: name.model, in: folder) }

    /// Models in the cache, sorted by name.
    package var repositories: [CachedRepository] {
        (folderNames(folder) ?? []).compactMap { ModelName(folder: $0) }.map(repository)
            .sorted { $0.name.identifier.lowercased() < $1.name.identifier.lowercased() }
    }

    /// The snapshot of a model's revision; nil if it is not in the cache.
    package func snapshot(_ name: ModelName) -> CachedSnapshot? {
        let repository = repository(name)
        return repository.commit(of: name.revision ?? ModelName.defaultRevision).flatMap(repository.snapshot)
    }
}
