import ArgumentParser
import DAMVideoServer
import Foundation
import Imaging
import Logging

/// Options of the server; those that are not given come from the environment.
struct ServerArguments: ParsableArguments {
    @Option(help: "Address to listen at. Default: 127.0.0.1.")
    var host: String?

    @Option(help: "Port to listen at, 0 for any that is free. Default: 8080.")
    var port: Int?

    @Option(help: "Key that clients give as Authorization: Bearer KEY. In the environment, others on this machine do not see it.")
    var apiKey: String?

    @Flag(help: "Listen beyond this machine without a key.")
    var noApiKey = false

    @Option(help: ArgumentHelp("A page of this origin may use the server (repeatable; * for all).", valueName: "origin"))
    var cors: [String] = []

    @Option(
        help: ArgumentHelp("A name by which the server may be called, besides addresses and local names (repeatable).", valueName: "name"))
    var allowHost: [String] = []

    @Option(help: "Requests that may wait; more are told to come again (429). Default: 32.")
    var queue: Int?

    @Option(help: "Answers generated at a time. Default: as many as the memory has room for, up to 8.")
    var batch: Int?

    @Option(
        help: ArgumentHelp(
            "Folder of the library of clips. Default: damvideo/library in XDG_DATA_HOME, else in ~/.local/share.", valueName: "dir"))
    var library: String?

    @Flag(help: "Keep no clips: answer programs alone.")
    var noLibrary = false

    @Option(help: ArgumentHelp("Folder whose files requests may name as file:PATH.", valueName: "dir"))
    var mediaRoot: String?

    @Flag(name: .customLong("fetch-urls"), help: "Fetch pictures that requests name by http(s) addresses; never from private networks.")
    var fetchURLs = false

    @Option(
        help: ArgumentHelp(
            "A server with OpenAI's API that is passed what this model is not made for: questions without a picture, answers in JSON. "
                + "Default: none; they are refused.", valueName: "url"))
    var upstream: String?

    @Option(help: "Key of the server of --upstream. In the environment, others on this machine do not see it.")
    var upstreamKey: String?

    @Option(help: "Model to ask the server of --upstream for. Default: the one that the request names.")
    var upstreamModel: String?

    @Option(
        help: ArgumentHelp(
            "Time within which each request of chat is answered, the time it waits included: with less text where there is no time for "
                + "all of it; 0 for as long as it takes. Default: 110 for Frigate's, which waits for 120; 11/12 of the time that an OpenAI "
                + "client says it waits.", valueName: "seconds"))
    var replyWithin: Double?

    @Option(help: "Pixels of a picture at most. Default: 67108864.")
    var maxPixels: Int?

    @Option(help: ArgumentHelp("Size of a request's body at most. Default: 64.", valueName: "MB"))
    var maxBody: Int?

    @Option(help: ArgumentHelp("Size of an uploaded clip at most. Default: 4096.", valueName: "MB"))
    var maxUpload: Int?

    @Option(help: "Connections at a time. Default: 512.")
    var connections: Int?

    @Option(help: ArgumentHelp("Time for open requests to end when the server is stopped. Default: 10.", valueName: "seconds"))
    var grace: Double?

    @Option(help: "Name by which clients call the model. Default: its names on the hub, else that of its folder.")
    var modelName: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical. Default: info, one line a request.")
    var logLevel: String?

    /// Variable of an option's name.
    private static func variable(_ option: String) -> String { "DAMVIDEO_" + option.uppercased().replacing("-", with: "_") }

    private static let options = [
        "host", "port", "api-key", "cors", "allow-host", "queue", "batch", "library", "media-root", "max-pixels", "max-body", "max-upload",
        "connections", "grace", "model-name", "log-level", "upstream", "upstream-key", "upstream-model", "reply-within",
    ]
    private static let flags = ["no-api-key", "fetch-urls", "no-library"]

    /// The options, with those of the environment where none was given.
    /// - Throws: `InputError` of category `usage` that names a variable which makes no sense.
    func withEnvironment(_ environment: [String: String]) throws -> ServerArguments {
        var result = self
        // In the environment they may be there for another time.
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
                throw InputError(.usage, variable, found: "a value that --\(option) does not take", expected: "another")
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
            throw InputError(.usage, "--no-library", found: "--library \(library ?? "") as well", expected: "one of them")
        }
    }

    /// Who may use the server, and where.
    var settings: ServerSettings {
        var settings = ServerSettings()
        if let host { settings.host = host }
        if let port { settings.port = port }
        (settings.key, settings.allowsEverybody, settings.origins, settings.names) = (apiKey, noApiKey, cors, allowHost)
        if let connections { settings.limits.connections = connections }
        if let grace { settings.grace = .seconds(grace) }
        return settings
    }

    /// Bounds and folders of the server's parts.
    /// - Throws: `InputError` of category `usage` for an upstream server that cannot be used.
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

    /// Log lines on stderr.
    /// - Throws: `InputError` of category `usage` for a level there is not.
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
