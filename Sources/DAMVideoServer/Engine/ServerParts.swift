import DAMVideo
import Foundation
import Imaging
import Logging

/// The server's routes, and the background work that belongs to them.
struct ServerParts {
    let routes: [any ServerRoutes]
    /// Nil without a library.
    private let jobs: ClipJobs?

    /// Routes that need no model and are available at once.
    static func open() -> [any ServerRoutes] { [PageRoutes()] }

    /// Routes that need the models.
    /// - Throws: `InputError` for an unusable folder.
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
            throw InputError(.usage, "--fetch-urls", found: "no curl program", expected: "curl in a folder of PATH")
        }
        fetcher.sizeLimit = options.bodyLimit
        return fetcher
    }

    /// Runs the background work until the task is cancelled.
    func work() async { await jobs?.run() }
}

/// Limits and folders of a server's routes.
package struct ServerOptions: Sendable {
    /// Requests that may wait for the engine.
    package var queue = 32
    /// Upper bound on the bytes of a request's body, except uploads of clips.
    package var bodyLimit = 64 << 20
    /// Upper bound on the bytes of an upload.
    package var uploadLimit = 4 << 30
    /// Upper bound on the pixels of an image or a clip's frame.
    package var maximumPixels = 1 << 26
    /// Folder of files that requests may name; nil for none.
    package var mediaRoot: String?
    package var library = LibraryChoice.none
    /// True to fetch images that requests name by URL.
    package var fetchesURLs = false
    /// Time limit for every chat answer; zero for no limit, nil to take it from each request.
    package var replyWithin: Duration?
    /// Server for requests that the model cannot answer; nil for none.
    package var upstream: UpstreamServer?

    package init() {}
}
