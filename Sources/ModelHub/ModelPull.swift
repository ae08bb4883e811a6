import Files
import Foundation
import Imaging
import ModelCache
import Synchronization

/// Downloads models by name from a hub into the cache.
package struct ModelPull: Sendable {
    /// Concurrent downloads: more hide latency, fewer leave bandwidth to others.
    private static let workers = 4

    package enum Event: Sendable {
        /// A message for the user.
        case notice(String)
        /// Number of files needed, and their bytes.
        case began(files: Int, bytes: Int)
        /// Bytes present in total, and bytes downloaded by this call.
        case progress(done: Int, fetched: Int)
        /// A complete file and its size.
        case finished(path: String, bytes: Int)
    }

    package struct Options: Sendable {
        /// The file to use if a model has several; nil to choose automatically.
        package var file: String?
        package var acceptsLicence = false

        package init(file: String? = nil, acceptsLicence: Bool = false) {
            (self.file, self.acceptsLicence) = (file, acceptsLicence)
        }
    }

    private let environment: HubEnvironment
    private let options: Options
    private let client: HubClient
    private let patience: Patience
    private let largestPart: Int
    private let event: @Sendable (Event) -> Void

    /// - Parameters:
    ///   - largestPart: upper bound on the bytes per request.
    ///   - pause: waits for some seconds.
    /// - Throws: `InputError` of category `usage` for an invalid hub URL.
    package init(
        _ environment: HubEnvironment, options: Options = Options(), largestPart: Int? = nil,
        pause: @escaping @Sendable (Double) -> Void = { Thread.sleep(forTimeInterval: $0) }, event: @escaping @Sendable (Event) -> Void
    ) throws {
        (self.environment, self.options, self.event) = (environment, options, event)
        self.largestPart = largestPart ?? BlobFetch.largestPart
        client = try HubClient(environment, connections: Self.workers)
        patience = Patience(pause: pause) { event(.notice($0)) }
    }

    /// Downloads the missing files of a model.
    /// - Returns: its snapshot.
    /// - Throws: `InputError`.
    package func pull(_ name: ModelName) throws -> CachedSnapshot {
        guard !environment.isOffline else { return try present(name) }
        let listing = try patience.run("\(name)") { try client.listing(name) }
        let repository = environment.cache.repository(name)
        try LicenceCheck(repository: repository, licence: listing.licence ?? RecommendedModel.of(name)?.licence)
            .run(accepts: options.acceptsLicence) { event(.notice($0)) }
        let fetch = BlobFetch(
            client: client, patience: patience, repository: repository, commit: listing.commit, largestPart: largestPart)
        let files = try needed(name, listing, fetch)
        let wanted = files.paths.compactMap { listing.files[$0] }
        event(.began(files: wanted.count, bytes: wanted.reduce(0) { $0 + ($1.size ?? 0) }))
        try requireSpace(for: wanted, in: repository)
        let arrived = Atomic(0), fetched = Atomic(0)
        let blobs = try ParallelFetch(workers: Self.workers).run(wanted) { file, check in
            let blob = try fetch.fetch(file) { bytes, isNew in
                try check()
                let new = fetched.add(isNew ? bytes : 0, ordering: .relaxed).newValue
                event(.progress(done: arrived.add(bytes, ordering: .relaxed).newValue, fetched: new))
            }
            event(.finished(path: file.path, bytes: FileStatus(repository.blob(blob))?.size ?? 0))
            return blob
        }
        let writer = SnapshotWriter(repository: repository, commit: listing.commit)
        try writer.link(blobs)
        try writer.name(name.revision ?? ModelName.defaultRevision)
        guard let snapshot = repository.snapshot(listing.commit) else {
            throw InputError(.inputOutput, repository.snapshotFolder(listing.commit), found: "nothing", expected: "what was just written")
        }
        return snapshot
    }

    /// The model in the cache, for use offline.
    private func present(_ name: ModelName) throws -> CachedSnapshot {
        guard let snapshot = environment.cache.snapshot(name), (try? snapshot.contents(choosing: options.file)) != nil else {
            throw InputError(
                .usage, "\(name)", found: "HF_HUB_OFFLINE, which forbids asking the hub",
                expected: "it unset, or the whole model in the cache")
        }
        event(.notice("\(name): in the cache; HF_HUB_OFFLINE forbids asking the hub for a newer one"))
        return snapshot
    }

    /// The files needed by the loader. Files that describe others are downloaded first.
    private func needed(_ name: ModelName, _ listing: HubListing, _ fetch: BlobFetch) throws -> ModelFiles {
        let paths = Set(listing.files.keys)
        var contents: [String: Data] = [:]
        for path in ModelFiles.descriptions(among: paths) {
            guard let file = listing.files[path] else { continue }
            contents[path] = fileContents(fetch.repository.blob(try fetch.fetch(file) { _, _ in })) ?? Data()
        }
        return try ModelFiles(of: "\(name)", among: paths, choosing: options.file, contents: contents)
    }

    /// - Throws: `InputError` of category `inputOutput` if there is not enough disk space.
    private func requireSpace(for files: [HubListing.File], in repository: CachedRepository) throws {
        let missing = files.reduce(0) { sum, file in
            guard let hash = file.hash, let size = file.size else { return sum }
            let blob = repository.blob(hash.name)
            let present = (FileStatus(blob) ?? FileStatus("\(blob).incomplete"))?.size ?? 0
            return sum + max(0, size - present)
        }
        let values = try? FileManager.default.attributesOfFileSystem(forPath: repository.folder)
        guard let free = (values?[.systemFreeSize] as? NSNumber)?.intValue, free < missing else { return }
        throw InputError(
            .inputOutput, repository.folder, found: "\(free) bytes free", expected: "\(missing) for what is missing of \(repository.name)")
    }
}
