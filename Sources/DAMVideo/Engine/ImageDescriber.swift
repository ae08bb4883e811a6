import DescribeAnything
import Foundation
import Imaging
import Media
import ObjectTracking
import SegmentAnything

/// Describes the masked region of a still image. Its requests go before those of clips on the same engine.
public struct ImageDescriber: Sendable {
    private let engine: CaptionEngine

    /// - Parameter engine: may be shared with other callers.
    public init(_ engine: CaptionEngine) { self.engine = engine }

    /// Creates a describer with its own engine.
    public init(_ model: CaptionModel) { self.init(CaptionEngine(model)) }

    /// Describes a region of an image in memory.
    /// - Parameters:
    ///   - picture: 8-bit RGB.
    ///   - region: a mask of the image's size.
    ///   - options: captioning options.
    ///   - onText: called with the text as it is generated; an error it throws ends the call.
    /// - Returns: the whole text, trimmed.
    /// - Throws: `InputError` if the region is empty or of another size, or the options are inconsistent.
    public func describe(
        _ picture: RGBImage, region: Mask, options: CaptionOptions = CaptionOptions(), onText: (String) throws -> Void = { _ in }
    ) throws -> String {
        try InputError.translating { try describe(picture, region, name: "the picture", options, onText) }
    }

    /// Describes a region of an encoded image in memory.
    /// - Parameters:
    ///   - image: bytes of an image in any format FFmpeg decodes.
    ///   - mask: bytes of a mask of the same size, nonzero inside; nil to use the image's alpha channel.
    ///   - options: captioning options.
    ///   - onText: called with the text as it is generated; an error it throws ends the call.
    /// - Throws: as `describe(image:mask:options:onText:)`.
    public func describe(
        image: Data, mask: Data?, options: CaptionOptions = CaptionOptions(), onText: (String) throws -> Void = { _ in }
    ) throws -> String {
        try options.generation.validate()
        return try InputError.translating {
            let image = try ClipFile(image, name: "the picture"), mask = try mask.map { try ClipFile($0, name: "the mask") }
            let (picture, region) = try withExtendedLifetime((image, mask)) {
                try image.naming { try (mask ?? image).naming { try Self.read(image.path, mask?.path) } }
            }
            return try describe(picture, region, name: mask == nil ? "the picture" : "the mask", options, onText)
        }
    }

    /// Describes a region of an image file.
    /// - Parameters:
    ///   - image: path of an image in any format FFmpeg decodes.
    ///   - mask: path of a mask of the same size, nonzero inside; nil to use the image's alpha channel.
    ///   - options: captioning options.
    ///   - onText: called with the text as it is generated; an error it throws ends the call.
    /// - Returns: the whole text, trimmed.
    /// - Throws: `InputError` if the image or mask is missing or invalid, or the options are inconsistent.
    public func describe(
        image: String, mask: String?, options: CaptionOptions = CaptionOptions(), onText: (String) throws -> Void = { _ in }
    ) throws -> String {
        try options.generation.validate()
        return try InputError.translating {
            let (picture, region) = try Self.read(image, mask)
            return try describe(picture, region, name: mask ?? image, options, onText)
        }
    }

    /// Describes the region that SAM 2 segments from a prompt.
    /// - Parameters:
    ///   - image: path of an image in any format FFmpeg decodes.
    ///   - prompt: clicks or a box in the image's pixels.
    ///   - segmentation: SAM 2.
    ///   - options: captioning options.
    ///   - onText: called with the text as it is generated; an error it throws ends the call.
    /// - Returns: the whole text, trimmed.
    /// - Throws: `InputError` if the image is missing or invalid, the prompt lies outside it or yields no region, or the options
    ///   are inconsistent.
    public func describe(
        image: String, prompt: PicturePrompt, segmentation: SegmentationModel, options: CaptionOptions = CaptionOptions(),
        onText: (String) throws -> Void = { _ in }
    ) throws -> String {
        try options.generation.validate()
        return try InputError.translating {
            let picture = try ImageDecoder.rgb(path: image)
            let region = try segmentation.mask(of: prompt, in: picture, path: image)
            return try describe(picture, region, name: image, options, onText)
        }
    }

    /// - Parameter name: the region's name in errors.
    private func describe(
        _ picture: RGBImage, _ region: Mask, name: String, _ options: CaptionOptions, _ onText: (String) throws -> Void
    ) throws -> String {
        let session = EngineSession(engine)
        try session.submit(request(picture, region, name: name, options), key: 0)
        var answer = ""
        try session.waitForAll { _, event in
            switch event {
            case .encoding, .reading, .drawn: break
            case .token(let text, _): try onText(text)
            case .finished(let end): answer = end.generation.text
            case .failed(let error): throw error
            }
        }
        return answer
    }

    /// Describes a region of an image in memory, asynchronously.
    /// - Parameters:
    ///   - picture: 8-bit RGB.
    ///   - region: a mask of the image's size.
    ///   - options: captioning options.
    ///   - caller: who makes the request; callers take turns.
    /// - Returns: the text as it is generated. Abandoning the stream cancels the request.
    /// - Throws: `InputError` if the region is empty or of another size, or the options are inconsistent; `EngineBusyError` if
    ///   too many requests are waiting.
    public func stream(
        _ picture: RGBImage, region: Mask, options: CaptionOptions = CaptionOptions(), caller: EngineCaller = EngineCaller()
    ) throws -> AsyncThrowingStream<String, any Error> {
        let request = try request(picture, region, name: "the picture", options)
        let events = try engine.events(request, caller: caller)
        return AsyncThrowingStream { continuation in
            let task = Task {
                for await event in events {
                    switch event {
                    case .encoding, .reading, .drawn: break
                    case .token(let text, _): if !text.isEmpty { continuation.yield(text) }
                    case .finished: continuation.finish()
                    case .failed(let error as any CategorizedError):
                        continuation.finish(throwing: InputError(error.category, error.description))
                    case .failed(let error): continuation.finish(throwing: error)
                    }
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func request(
        _ picture: RGBImage, _ region: Mask, name: String, _ options: CaptionOptions
    ) throws -> EngineRequest {
        try EngineRequest(engine.model, frames: 1, name: name, options) { _ in (picture, region) }
    }

    /// An image and its region; without a mask, the image's alpha channel.
    /// - Throws: `VideoError`, and `InputError` if there is no region.
    package static func read(_ image: String, _ mask: String?) throws -> (RGBImage, Mask) {
        if let mask { return (try ImageDecoder.rgb(path: image), try ImageDecoder.mask(path: mask)) }
        let (picture, alpha) = try ImageDecoder.rgbWithAlphaMask(path: image)
        guard let alpha else {
            throw InputError(.usage, "\(image): found no alpha channel, expected one, or a mask (--mask)")
        }
        return (picture, alpha)
    }
}
