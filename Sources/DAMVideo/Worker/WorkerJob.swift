import Foundation
import Imaging
import ObjectTracking
import SegmentAnything

/// A job as given by a line of JSON.
struct WorkerJob: Sendable {
    enum Work: Sendable, Equatable {
        case caption(ClipRequest, CaptionTarget?)
        case describe(PictureRequest)
    }

    let id: String
    let work: Work
    let options: CaptionOptions
}

/// Destination files of captions; fields mean the same as the options of these names.
struct CaptionTarget: Codable, Sendable, Equatable {
    /// A file, or a folder for files named like the clip: an existing one, or a path that ends with a slash.
    var path = ""
    var formats = [CaptionFormat.jsonl]
    /// True to continue an earlier job for the same clip; a finished one is not repeated.
    var resume = true
    var overwrite = false

    private enum CodingKeys: String, CodingKey {
        case path, resume, overwrite
        case formats = "format"
    }

    /// - Throws: `InputError`.
    func job(_ request: ClipRequest, model: String) throws -> CaptionJob {
        guard path != "-", !path.isEmpty else {
            throw InputError(.usage, "output: found \(path.isEmpty ? "no path" : "stdout, where results go"), expected a file or a folder")
        }
        let outputs = JobOutputs(
            output: path, formats: formats, replaces: overwrite ? .all : resume ? .earlierRun : .none, inputs: [model])
        guard var job = try outputs.jobs(for: [request], areMany: path.hasSuffix("/")).first else { throw CancellationError() }
        if resume { job = try job.resumed() }
        try job.check()
        return job
    }
}

extension CaptionFormat: Codable {}

/// A region of an image to describe.
struct PictureRequest: Codable, Sendable, Equatable {
    /// Path of the image.
    var image: String
    /// Path of a mask of the same size; nil for the prompt's region, or else the image's alpha channel.
    var mask: String?
    /// Clicks and a box for SAM 2.
    var prompt: PicturePrompt?
}

/// A line of a worker's input.
enum WorkerInput: Sendable {
    case job(WorkerJob)
    /// Cancels the job with this id.
    case cancel(String)

    private static let keys: Set = ["id", "caption", "describe", "cancel", "output", "query", "generation"]

    /// - Parameters:
    ///   - segmentation: path of the worker's SAM 2; nil if it has none.
    ///   - detector: path of the worker's detector; nil if it has none.
    /// - Throws: `InputError` of category `invalid`, or `usage` for a request that this worker cannot serve.
    init(line: Data, segmentation: String? = nil, detector: String? = nil) throws {
        guard let object = (try? JSONSerialization.jsonObject(with: line)) as? [String: Any] else {
            throw InputError(.invalid, found: "no JSON object", expected: "a job as one line of JSON")
        }
        if let key = object.keys.sorted().first(where: { !Self.keys.contains($0) }) {
            throw InputError(.invalid, found: "the key \(key)", expected: Self.keys.sorted().joined(separator: ", "))
        }
        if let cancel = object["cancel"] {
            guard let id = cancel as? String, object.count == 1 else {
                throw InputError(.invalid, found: "another value of cancel, or other keys", expected: "the id of a job alone")
            }
            self = .cancel(id)
            return
        }
        guard let id = object["id"] as? String else { throw InputError(.invalid, found: "no id", expected: "id, a text") }
        var options = CaptionOptions()
        if let query = object["query"] {
            guard let query = query as? String else { throw InputError(.invalid, found: "another query", expected: "a text") }
            options.query = query
        }
        if let generation = object["generation"] {
            options.generation = try LenientJSON.value(generation, over: options.generation, at: "generation")
        }
        self = .job(WorkerJob(id: id, work: try Self.work(object, segmentation, detector), options: options))
    }

    /// The id of a line that may be otherwise invalid.
    static func id(of line: Data) -> String? {
        ((try? JSONSerialization.jsonObject(with: line)) as? [String: Any])?["id"] as? String
    }

    private static func work(_ object: [String: Any], _ segmentation: String?, _ detector: String?) throws -> WorkerJob.Work {
        switch (object["caption"], object["describe"]) {
        case (let clip?, nil):
            let target = try object["output"].map { output in
                let output = (output as? String).map { ["path": $0] } ?? output
                return try LenientJSON.value(output, over: CaptionTarget(), at: "output")
            }
            return .caption(try request(clip, segmentation, detector), target)
        case (nil, let picture?):
            guard object["output"] == nil else { throw InputError(.usage, "output: found it with describe, expected it with caption") }
            let request = try LenientJSON.value(picture, over: PictureRequest(image: ""), at: "describe")
            guard !request.image.isEmpty, request.mask == nil || request.prompt == nil else {
                throw InputError(
                    .invalid, "describe", found: "no image, or both mask and prompt", expected: "an image, and at most one of them")
            }
            return .describe(request)
        default:
            throw InputError(.invalid, found: "neither caption nor describe, or both", expected: "one of them")
        }
    }

    /// A clip with its objects, in the form of a JSON Lines header; missing options have the defaults of `damvideo caption`.
    private static func request(_ given: Any, _ segmentation: String?, _ detector: String?) throws -> ClipRequest {
        let keys = Set(((given as? [String: Any]) ?? [:]).keys), sources = ["masks", "regions", "prompts", "detections", "detector", "find"]
        let source = keys.intersection(sources)
        guard source.count == 1 else {
            throw InputError(
                .invalid, "caption", found: source.isEmpty ? "no objects" : source.sorted().joined(separator: " and "),
                expected: "one of \(sources.joined(separator: ", "))")
        }
        var base: ClipRequest
        switch source.first {
        case "regions": base = ClipRequest(clip: "", objects: .regions([]))
        case "prompts": base = ClipRequest(clip: "", objects: .prompts([]))
        case "detections": base = ClipRequest(clip: "", objects: .detections(path: ""))
        case "detector": base = ClipRequest(clip: "", objects: .detector(path: ""))
        case "find": base = ClipRequest(clip: "", objects: .motion)
        default: base = ClipRequest(clip: "", masks: "")
        }
        if ["masks", "regions", "prompts"].contains(source.first) { base.options.segmentation = segmentation }
        let request = try LenientJSON.value(given, over: base, at: "caption")
        guard request.clip != "-", !request.clip.isEmpty else {
            throw InputError(.usage, "clip: found \(request.clip.isEmpty ? "none" : "stdin, where jobs come from"), expected a path")
        }
        guard request.options.segmentation == base.options.segmentation else {
            throw InputError(
                .usage, "sam: found \(request.options.segmentation ?? "none"), expected the worker's, \(segmentation ?? "none (--sam)")")
        }
        if case .detector(let path, _, _) = request.objects, path != detector {
            throw InputError(.usage, "detector: found \(path), expected the worker's, \(detector ?? "none (--detector)")")
        }
        return request
    }
}
