import DAMVideo
import Foundation
import Imaging
import Logging

/// Which parts of its paths a server has, and the work that belongs to them.
struct ServerParts {
    let routes: [any ServerRoutes]
    /// Nil without a library.
    private let jobs: ClipJobs?

    /// Parts that need no model: they are there at once.
    static func open() -> [any ServerRoutes] { [PageRoutes()] }

    /// Parts that the models are loaded for.
    /// - Throws: `InputError` for a folder that cannot be used.
    init(_ engine: ServerEngine, _ options: ServerOptions, _ metrics: ServerMetrics, _ logger: Logger) throws {
        let root = try options.mediaRoot.map { try MediaRoot($0) }
        var chat = ChatSettings()
        (chat.queue, chat.bodyLimit, chat.maximumPixels) = (options.queue, options.bodyLimit, options.maximumPixels)
        (chat.replyWithin, chat.upstream) = (options.replyWithin, options.upstream)
        var file: (@Sendable (String) throws -> String)?
        if let root { file = { try root.file($0) } }
        chat.media = MediaReader(root: file, fetch: try Self.fetcher(options)?.fetch)
        let answers = ChatRoutes(engine, chat, metrics: metrics), ollama = OllamaRoutes(chat: answers, engine: engine)
        if let library = try options.library.open(logger) {
            let clips = ClipRoutes(engine, library: library, mediaRoot: root, uploadLimit: options.uploadLimit)
            (routes, jobs) = ([answers, ollama, clips], clips.jobs)
        } else {
            (routes, jobs) = ([answers, ollama], nil)
        }
    }

    private static func fetcher(_ options: ServerOptions) throws -> URLFetcher? {
        guard options.fetchesURLs else { return nil }
        guard var fetcher = URLFetcher() else {
            throw InputError(.usage, "--fetch-urls", found: "no program curl", expected: "it in one of the folders of PATH")
        }
        fetcher.sizeLimit = options.bodyLimit
        return fetcher
    }

    /// Works until the task is cancelled.
    func work() async { await jobs?.run() }
}

/// Bounds and folders of the parts of a server.
package struct ServerOptions: Sendable {
    /// Requests that may wait for the engine.
    package var queue = 32
    /// Bytes of a request's body, but for uploads of clips.
    package var bodyLimit = 64 << 20
    /// Bytes of an upload.
    package var uploadLimit = 4 << 30
    /// Pixels of a picture, or of a clip's frame.
    package var maximumPixels = 1 << 26
    /// Folder whose files requests may name; nil for none.
    package var mediaRoot: String?
    package var library = LibraryChoice.none
    /// True to fetch pictures that requests name by their addresses.
    package var fetchesURLs = false
    /// Time within which each chat request is answered; zero for no limits, nil for those that requests show.
    package var replyWithin: Duration?
    /// Server that answers what the model is not made for; nil for none.
    package var upstream: UpstreamServer?

    package init() {}
}
