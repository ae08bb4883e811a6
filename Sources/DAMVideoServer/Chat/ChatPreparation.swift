import DAMVideo
import DescribeAnything
import Foundation
import Imaging
import LanguageModels
import Media

/// A chat request before it is submitted to the engine: the question, its images, and their regions.
struct ChatPreparation: Sendable {
    private let engine: ServerEngine
    private let request: ChatRequest
    private let settings: ChatSettings
    private let message: ChatMessage
    /// The region marker in the text; nil for none.
    let marker: RegionMarker?
    private let place: Int

    /// A request for the engine, and facts to report to the client.
    struct Prepared: Sendable {
        let request: EngineRequest
        let region: RegionReport
    }

    /// - Throws: `APIError` 400 for a request without an image or with too many.
    init(_ request: ChatRequest, _ engine: ServerEngine, _ settings: ChatSettings) throws {
        guard let place = request.messages.lastIndex(where: { $0.role == "user" }) else {
            throw APIError(400, "messages: found none of the role user, expected at least one", param: "messages", code: "invalid_value")
        }
        (self.request, self.engine, self.settings, self.place) = (request, engine, settings, place)
        message = request.messages[place]
        marker = RegionMarker(message.text)
    }

    /// Text of the question, system messages first; nil for the question the model was trained on.
    private var words: String? {
        let system = request.messages[..<place].filter { ["system", "developer"].contains($0.role) }
            .map { RegionMarker.removed(from: $0.text) }.filter { !$0.isEmpty }
        let question = marker?.text ?? message.text
        if system.isEmpty { return question.isEmpty ? nil : question }
        return (system + [question.isEmpty ? Self.plainQuestion : question]).joined(separator: "\n")
    }

    /// The model's own question, used after system messages.
    private static let plainQuestion = "Describe the masked region in detail."

    private var options: CaptionOptions {
        var options = CaptionOptions(query: words)
        if let temperature = request.temperature { options.generation.temperature = temperature }
        if let topP = request.topP { options.generation.topP = topP }
        // The smallest token set with a probability above 0 is the most likely token.
        if options.generation.topP == 0 { (options.generation.topP, options.generation.temperature) = (1, 0) }
        if let seed = request.seed { options.generation.seed = UInt64(bitPattern: Int64(seed)) }
        if let most = request.maxTokens { options.generation.maxNewTokens = min(most, 1_000_000) }
        return options
    }

    private func param(_ part: Int) -> String { "messages[\(place)].content[\(part)]" }

    /// Decodes the images and finds their regions.
    /// - Throws: `APIError`.
    func prepare() async throws -> Prepared {
        var images: [(source: MediaSource, param: String)] = [], clips: [(source: MediaSource, param: String)] = []
        for (index, part) in message.parts.enumerated() {
            switch part {
            case .text: break
            case .image(let url): images.append((try await settings.media.source(url, param: param(index)), param(index)))
            case .video(let url): clips.append((try await settings.media.source(url, param: param(index)), param(index)))
            }
        }
        guard clips.isEmpty || clips.count == 1 && images.isEmpty else {
            throw APIError(
                400, "messages: found a clip with other clips or pictures, expected a clip alone", param: "messages", code: "invalid_value")
        }
        if case .each(let regions)? = request.region, regions.count != max(images.count, 1) {
            throw APIError(
                400, "region: found \(regions.count), expected one for each of \(images.count) pictures, or one for all", param: "region",
                code: "invalid_value")
        }
        let sources = images, clip = clips.first
        return try await Self.work.run {
            try DecodingLimits.$current.withValue(DecodingLimits(maximumPixels: settings.maximumPixels, opensOtherFiles: false)) {
                try clip.map { try self.clip($0.source, $0.param) } ?? pictures(sources)
            }
        }
    }

    /// Queue for decoding images, two at a time, separate from the queue that serves files.
    private static let work = BlockingWork("server-pictures", width: 2)

    private func pictures(_ sources: [(source: MediaSource, param: String)]) throws -> Prepared {
        var found: [RegionReport.Picture] = []
        var engineRequest = try EngineRequest(engine.engine.model, frames: sources.count, name: "picture", options) { index in
            if index > 0 { try WorkGate.current?.check() }
            let (source, param) = sources[index]
            let finder = RegionFinder(engine: engine, region: request.region?[index], marker: marker, param: param)
            let (picture, region) = try source.withFile(param) { try finder.picture($0) }
            found.append(RegionReport.Picture(region, picture: sources.count > 1 ? index : nil))
            return (picture, region.mask)
        }
        engineRequest.alternatives = request.alternatives
        guard let first = found.first else { throw APIError(400, "messages: found no picture, expected one", param: "messages") }
        return Prepared(request: engineRequest, region: RegionReport(source: first.source, pictures: found))
    }

    private func clip(_ source: MediaSource, _ param: String) throws -> Prepared {
        let region = request.region?[0]
        let finder = RegionFinder(engine: engine, region: region, marker: marker, param: param)
        let (clipRequest, found) = try source.withFile(param) { try ChatClip($0, finder, engine, options).request() }
        var engineRequest = clipRequest
        engineRequest.alternatives = request.alternatives
        let report = RegionReport(source: found.source, pictures: [RegionReport.Picture(found, picture: nil)])
        return Prepared(request: engineRequest, region: report)
    }
}

extension MediaSource {
    /// Runs `body` with the path of a file that holds the bytes.
    /// - Throws: `APIError` 400 that names `param` if the file cannot be decoded.
    func withFile<Result>(_ param: String, _ body: (String) throws -> Result) throws -> Result {
        do {
            switch self {
            case .data(let data):
                let file = try ClipFile(data, name: param)
                return try withExtendedLifetime(file) { try file.naming { try body(file.path) } }
            case .file(let path):
                do {
                    return try InputError.translating { try body(path) }
                } catch let error as InputError {
                    // Clients must not see paths of the server's files.
                    throw InputError(error.category, error.description.replacing(path, with: param))
                }
            }
        } catch let error as InputError {
            guard error.category == .invalid || error.category == .notFound else { throw error }
            throw APIError(400, error.description, param: param, code: "invalid_media")
        }
    }
}
