import ArgumentParser
import DAMVideoServer
import Foundation
import Imaging
import Logging

/// Options of the server; missing ones are taken from the environment.
struct ServerArguments: ParsableArguments {
    @Option(help: "Address to listen on. Default: 127.0.0.1.")
    var host: String?

    @Option(help: "Port to listen on, 0 for any free one. Default: 8080.")
    var port: Int?

    @Option(help: ArgumentHelp(
        "Key that clients send as Authorization: Bearer KEY. Set in the environment, it is hidden from other users of this machine."))
    var apiKey: String?

    @Flag(help: "Allow other machines without a key.")
    var noApiKey = false

    @Option(help: ArgumentHelp("Allow pages of this origin to use the server (repeatable; * for all).", valueName: "origin"))
    var cors: [String] = []

    @Option(
        help: ArgumentHelp("Accept this host name, in addition to addresses and local names (repeatable).", valueName: "name"))
    var allowHost: [String] = []

    @Option(help: "Requests that may wait; more are refused with 429. Default: 32.")
    var queue: Int?

    @Option(help: "Answers generated together. Default: as many as fit in memory, up to 8.")
    var batch: Int?

    @Option(
        help: ArgumentHelp(
            "Folder of the library of clips. Default: damvideo/library in XDG_DATA_HOME, else in ~/.local/share.", valueName: "dir"))
    var library: String?

    @Flag(help: "Store no clips; offer only the chat API.")
    var noLibrary = false

    @Option(help: ArgumentHelp("Folder of files that requests may name as file:PATH.", valueName: "dir"))
    var mediaRoot: String?

    @Flag(name: .customLong("fetch-urls"), help: "Fetch pictures that requests name by http(s) URL, but never from private networks.")
    var fetchURLs = false

    @Option(
        help: ArgumentHelp(
            "A server with OpenAI's API for requests that this model cannot answer: questions without a picture, answers in JSON. "
                + "Default: none; such requests are refused.", valueName: "url"))
    var upstream: String?

    @Option(help: "Key of the --upstream server. Set in the environment, it is hidden from other users of this machine.")
    var upstreamKey: String?

    @Option(help: "Model to request from the --upstream server. Default: the one named in the request.")
    var upstreamModel: String?

    @Option(
        help: ArgumentHelp(
            "Time limit for each chat answer, including the time it waits; the text is cut short if there is no time for "
                + "all of it; 0 for no limit. Default: 110 for Frigate, which waits for 120; 11/12 of the timeout that an OpenAI "
                + "client states.", valueName: "seconds"))
    var replyWithin: Double?

    @Option(help: "Maximum pixels of a picture. Default: 67108864.")
    var maxPixels: Int?

    @Option(help: ArgumentHelp("Maximum size of a request's body. Default: 64.", valueName: "MB"))
    var maxBody: Int?

    @Option(help: ArgumentHelp("Maximum size of an uploaded clip. Default: 4096.", valueName: "MB"))
    var maxUpload: Int?

    @Option(help: "Concurrent connections. Default: 512.")
    var connections: Int?

    @Option(help: ArgumentHelp("Time for open requests to finish when the server is stopped. Default: 10.", valueName: "seconds"))
    var grace: Double?

    @Option(help: "Name of the model for clients. Default: its names on the hub, else that of its folder.")
    var modelName: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical. Default: info, one line per request.")
    var logLevel: String?

    /// Environment variable of an option.
    private static func variable(_ option: String) -> String { "DAMVIDEO_" + option.uppercased().replacing("-", with: "_") }

    private static let options = [
        "host", "port", "api-key", "cors", "allow-host", "queue", "batch", "library", "media-root", "max-pixels", "max-body", "max-upload",
        "connections", "grace", "model-name", "log-level", "upstream", "upstream-key", "upstream-model", "reply-within",
    ]
    private static let flags = ["no-api-key", "fetch-urls", "no-library"]

    /// The options, with missing ones taken from the environment.
    /// - Throws: `InputError` of category `usage` that names an invalid variable.
    func withEnvironment(_ environment: [String: String]) throws -> ServerArguments {
        var result = self
        // In the environment they may be left from another use.
        guard upstream ?? environment[Self.variable("upstream")] != nil || upstreamKey == nil && upstreamModel == nil else {
            throw InputError(.usage, "--upstream-key or --upstream-model", found: "no server", expected: "--upstream URL with it")
        }
        for option in Self.options + Self.flags {
            let variable = Self.variable(option)
            guard let value = environment[variable], !value.isEmpty else { continue }
            let isFlag = Self.flags.contains(option)
            if isFlag, ["0", "false", "no"].contains(value.lowercased()) { continue }
            do {
                result.fill(from: try Self.parse(isFlag ? ["--\(option)"] : ["--\(option)=\(value)"]))
            } catch {
                throw InputError(.usage, variable, found: "an invalid value", expected: "one that --\(option) accepts")
            }
        }
        try result.check()
        return result
    }

    private mutating func fill(from other: ServerArguments) {
        (host, port, apiKey) = (host ?? other.host, port ?? other.port, apiKey ?? other.apiKey)
        (queue, batch) = (queue ?? other.queue, batch ?? other.batch)
        if !noLibrary { library = library ?? other.library }
        (mediaRoot, maxPixels, maxBody) = (mediaRoot ?? other.mediaRoot, maxPixels ?? other.maxPixels, maxBody ?? other.maxBody)
        (maxUpload, connections, grace) = (maxUpload ?? other.maxUpload, connections ?? other.connections, grace ?? other.grace)
        (modelName, logLevel) = (modelName ?? other.modelName, logLevel ?? other.logLevel)
        (upstream, upstreamKey) = (upstream ?? other.upstream, upstreamKey ?? other.upstreamKey)
        (upstreamModel, replyWithin) = (upstreamModel ?? other.upstreamModel, replyWithin ?? other.replyWithin)
        (noApiKey, fetchURLs) = (noApiKey || other.noApiKey, fetchURLs || other.fetchURLs)
        noLibrary = noLibrary || other.noLibrary && library == nil
        if cors.isEmpty { cors = other.cors.flatMap { $0.split(separator: ",").map(String.init) } }
        if allowHost.isEmpty { allowHost = other.allowHost.flatMap { $0.split(separator: ",").map(String.init) } }
    }

    private func check() throws {
        func require(_ value: Int?, _ option: String, _ range: ClosedRange<Int>) throws {
            guard let value, !range.contains(value) else { return }
            throw InputError(.usage, "--\(option)", found: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        try require(port, "port", 0...65535)
        try require(queue, "queue", 1...100_000)
        try require(batch, "batch", 1...4096)
        try require(maxPixels, "max-pixels", 1...1 << 27)
        try require(maxBody, "max-body", 1...1 << 20)
        try require(maxUpload, "max-upload", 1...1 << 30)
        try require(connections, "connections", 1...100_000)
        for (value, option) in [(grace, "grace"), (replyWithin, "reply-within")] where !(0...86_400).contains(value ?? 0) {
            throw InputError(.usage, "--\(option)", found: "\(value ?? 0)", expected: "0 to 86400 seconds")
        }
        guard !noLibrary || library == nil else {
            throw InputError(.usage, "--no-library", found: "--library \(library ?? "") as well", expected: "only one of them")
        }
    }

    /// Access rules and address.
    var settings: ServerSettings {
        var settings = ServerSettings()
        if let host { settings.host = host }
        if let port { settings.port = port }
        (settings.key, settings.allowsEverybody, settings.origins, settings.names) = (apiKey, noApiKey, cors, allowHost)
        if let connections { settings.limits.connections = connections }
        if let grace { settings.grace = .seconds(grace) }
        return settings
    }

    /// Limits and folders of the server's routes.
    /// - Throws: `InputError` of category `usage` for an unusable upstream server.
    func options(_ environment: [String: String]) throws -> ServerOptions {
        var options = ServerOptions()
        if let queue { options.queue = queue }
        if let maxPixels { options.maximumPixels = maxPixels }
        if let maxBody { options.bodyLimit = maxBody << 20 }
        if let maxUpload { options.uploadLimit = maxUpload << 20 }
        (options.mediaRoot, options.fetchesURLs) = (mediaRoot, fetchURLs)
        options.library = noLibrary ? .none : library.map { LibraryChoice.folder($0) } ?? .own(environment)
        options.replyWithin = replyWithin.map { .seconds($0) }
        options.upstream = try upstream.map { try UpstreamServer(base: $0, key: upstreamKey, model: upstreamModel) }
        return options
    }

    /// Logger that writes to stderr.
    /// - Throws: `InputError` of category `usage` for an unknown level.
    func logger() throws -> Logger {
        guard let level = Logger.Level(rawValue: logLevel ?? "info") else {
            throw InputError(
                .usage, "--log-level", found: logLevel ?? "", expected: Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))
        }
        var logger = Logger(label: "damvideo") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }
}
