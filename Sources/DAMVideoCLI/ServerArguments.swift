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

    @Option(help: ArgumentHelp("Folder of the library of clips. Default: none is kept.", valueName: "dir"))
    var library: String?

    @Option(help: ArgumentHelp("Folder whose files requests may name as file:PATH.", valueName: "dir"))
    var mediaRoot: String?

    @Flag(name: .customLong("fetch-urls"), help: "Fetch pictures that requests name by http(s) addresses; never from private networks.")
    var fetchURLs = false

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

    @Option(help: "Name by which clients call the model. Default: that of its folder.")
    var modelName: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical. Default: info, one line a request.")
    var logLevel: String?

    /// Variable of an option's name.
    private static func variable(_ option: String) -> String { "DAMVIDEO_" + option.uppercased().replacing("-", with: "_") }

    private static let options = [
        "host", "port", "api-key", "cors", "allow-host", "queue", "batch", "library", "media-root", "max-pixels", "max-body", "max-upload",
        "connections", "grace", "model-name", "log-level",
    ]
    private static let flags = ["no-api-key", "fetch-urls"]

    /// The options, with those of the environment where none was given.
    /// - Throws: `InputError` of category `usage` that names a variable which makes no sense.
    func withEnvironment(_ environment: [String: String]) throws -> ServerArguments {
        var result = self
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
        (queue, batch, library) = (queue ?? other.queue, batch ?? other.batch, library ?? other.library)
        (mediaRoot, maxPixels, maxBody) = (mediaRoot ?? other.mediaRoot, maxPixels ?? other.maxPixels, maxBody ?? other.maxBody)
        (maxUpload, connections, grace) = (maxUpload ?? other.maxUpload, connections ?? other.connections, grace ?? other.grace)
        (modelName, logLevel) = (modelName ?? other.modelName, logLevel ?? other.logLevel)
        (noApiKey, fetchURLs) = (noApiKey || other.noApiKey, fetchURLs || other.fetchURLs)
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
        guard (0...86_400).contains(grace ?? 0) else {
            throw InputError(.usage, "--grace", found: "\(grace ?? 0)", expected: "0 to 86400 seconds")
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
    var options: ServerOptions {
        var options = ServerOptions()
        if let queue { options.queue = queue }
        if let maxPixels { options.maximumPixels = maxPixels }
        if let maxBody { options.bodyLimit = maxBody << 20 }
        if let maxUpload { options.uploadLimit = maxUpload << 20 }
        (options.mediaRoot, options.library, options.fetchesURLs) = (mediaRoot, library, fetchURLs)
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
