import DAMVideo
import Foundation
import Imaging
import LanguageModels
import Media
import ObjectTracking

/// Options of a clip: `ClipOptions` in openapi.yaml.
struct ClipSettings: Codable, Sendable, Equatable {
    enum Finder: String, Codable, Sendable { case motion, detector, masks, none }

    var find: Finder?
    var maxTracks: Int?
    var segment: String?
    var frames: Int?
    var labels: [String]?
    var threshold: Double?
    var query: String?
    var temperature: Double?
    var topP: Double?
    var seed: Int?
    var maxNewTokens: Int?
    var start: Double?
    var duration: Double?

    private enum CodingKeys: String, CodingKey {
        case find, segment, frames, labels, threshold, query, temperature, seed, start, duration
        case maxTracks = "max_tracks"
        case topP = "top_p"
        case maxNewTokens = "max_new_tokens"
    }

    init() {}

    /// - Parameter stored: JSON from the database.
    init(stored: String) { self = (try? JSONDecoder().decode(Self.self, from: Data(stored.utf8))) ?? ClipSettings() }

    /// The options as JSON for the database.
    func stored() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }

    /// Checks the options before a clip is accepted.
    /// - Parameter hasMasks: true if masks came with the clip.
    /// - Throws: `APIError` 400 that names the option.
    func check(_ engine: ServerEngine, hasMasks: Bool) throws {
        func require(_ holds: Bool, _ option: String, _ message: String) throws {
            if !holds { throw APIError(400, message, param: "options.\(option)", code: "invalid_option") }
        }
        let find = finder(hasMasks: hasMasks)
        try require(find != .masks || hasMasks, "find", "find masks: found none, expected a part called masks")
        try require(find == .masks || !hasMasks, "find", "find \(find.rawValue): found masks as well, expected one of them")
        try require(find != .detector || engine.detector != nil, "find", "find detector: this server has none")
        try require(find == .detector || labels == nil, "labels", "labels: expected find detector with them")
        try require(find == .detector || threshold == nil, "threshold", "threshold: expected find detector with it")
        try require((1...10_000).contains(maxTracks ?? 1), "max_tracks", "max_tracks \(maxTracks ?? 0): expected 1 or more")
        try require((1...4096).contains(frames ?? 1), "frames", "frames \(frames ?? 0): expected 1 to 4096")
        try require((0...1).contains(threshold ?? 0), "threshold", "threshold \(threshold ?? 0): expected 0 to 1")
        try require(segment == nil || segmentLength != nil, "segment", "segment \(segment ?? ""): expected \(SegmentLength.rangeText)")
        try require(
            (temperature ?? 0).isFinite && temperature ?? 0 >= 0, "temperature",
            "temperature \(temperature ?? 0): expected 0 or more")
        try require(topP.map { $0 > 0 && $0 <= 1 } ?? true, "top_p", "top_p \(topP ?? 0): expected more than 0 and at most 1")
        try require(seed ?? 0 >= 0, "seed", "seed \(seed ?? 0): expected 0 or more")
        try require(
            (1...1_000_000).contains(maxNewTokens ?? 1), "max_new_tokens",
            "max_new_tokens \(maxNewTokens ?? 0): expected 1 to 1000000")
        try Self.naming("start") { _ = try part.span() }
        try Self.naming("labels") { try engine.detector?.check(labels ?? []) }
    }

    private static func naming(_ option: String, _ check: () throws -> Void) throws {
        do {
            try check()
        } catch let error as InputError {
            throw APIError(400, error.description, param: "options.\(option)", code: "invalid_option")
        }
    }

    func finder(hasMasks: Bool) -> Finder { find ?? (hasMasks ? .masks : .motion) }

    private var segmentLength: SegmentLength? { segment.flatMap(SegmentLength.init(text:)) }

    private var part: ClipPart { ClipPart(start: start ?? 0, duration: duration) }

    /// The question and the generation options.
    var captionOptions: CaptionOptions {
        var generation = GenerationOptions()
        generation.temperature = temperature ?? generation.temperature
        generation.topP = topP ?? generation.topP
        generation.maxNewTokens = maxNewTokens ?? generation.maxNewTokens
        generation.seed = seed.flatMap { UInt64(exactly: $0) } ?? generation.seed
        return CaptionOptions(query: query.flatMap { $0.isEmpty ? nil : $0 }, generation: generation)
    }

    /// The frames and tracks to caption.
    /// - Parameter segmentation: path of SAM 2, if it propagates masks.
    func clipOptions(segmentation: String?) -> ClipOptions {
        var options = ClipOptions()
        (options.maxTracks, options.frames, options.segment, options.part) = (maxTracks, frames, segmentLength, part)
        options.segmentation = segmentation
        return options
    }

    /// Source of the objects; nil if none are to be detected.
    /// - Parameter masks: path of the masks that came with the clip.
    func source(_ engine: ServerEngine, masks: String?) -> ObjectSource? {
        switch finder(hasMasks: masks != nil) {
        case .none: return nil
        case .motion: return .motion
        case .masks: return .masks(path: masks ?? "")
        case .detector:
            return .detector(
                path: engine.detector?.path ?? "", filter: DetectionFilter(labels: labels.map(Set.init), leastScore: threshold))
        }
    }
}
