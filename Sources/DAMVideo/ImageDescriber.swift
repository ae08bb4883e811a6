import DescribeAnything
import Imaging
import Media
import ObjectTracking
import SegmentAnything

/// Describes the masked region of a still picture.
public struct ImageDescriber: Sendable {
    let model: CaptionModel

    public init(_ model: CaptionModel) {
        self.model = model
    }

    /// - Parameters:
    ///   - image: path of a picture, anything FFmpeg decodes.
    ///   - mask: path of a mask of the same size, any pixel but 0 inside; nil to take the picture's alpha channel.
    ///   - onText: given the text as it is generated; what it throws ends the call.
    /// - Returns: the whole text, trimmed.
    /// - Throws: `InputError` when picture or mask are missing or bad, or the options make no sense.
    public func describe(
        image: String, mask: String?, options: CaptionOptions = CaptionOptions(), onText: (String) throws -> Void = { _ in }
    ) throws -> String {
        try options.validate()
        return try InputError.translating {
            let (picture, region) = try Self.read(image, mask)
            return try describe(picture, region, path: mask ?? image, options, onText)
        }
    }

    /// - Parameters:
    ///   - image: path of a picture, anything FFmpeg decodes.
    ///   - prompt: points at the object; `segmentation` finds its region.
    ///   - onText: given the text as it is generated; what it throws ends the call.
    /// - Returns: the whole text, trimmed.
    /// - Throws: `InputError` when the picture is missing or bad, the prompt lies outside it or means no region, or the
    ///   options make no sense.
    public func describe(
        image: String, prompt: PicturePrompt, segmentation: SegmentationModel, options: CaptionOptions = CaptionOptions(),
        onText: (String) throws -> Void = { _ in }
    ) throws -> String {
        try options.validate()
        return try InputError.translating {
            let picture = try ImageDecoder.rgb(path: image)
            let region = try segmentation.mask(of: prompt, in: picture, path: image)
            return try describe(picture, region, path: image, options, onText)
        }
    }

    /// - Parameter path: what an error calls the region.
    private func describe(
        _ picture: RGBImage, _ region: Mask, path: String, _ options: CaptionOptions, _ onText: (String) throws -> Void
    ) throws -> String {
        let query = try options.question(frames: 1, default: Conversation.imageQuery)
        let prompt: FocalPrompt
        do {
            prompt = try model.model.imageProcessor(picture, region)
        } catch {
            throw InputError(.invalid, "\(path): \(error)")
        }
        let embeddings = model.model.embeddings(
            model.model.tokens(query: query), frames: [model.model.encode(prompt)])
        return try model.model.generator(embeddings, options.generation) { text, _ in try onText(text) }.text
    }

    /// A picture and its region; without a mask, the picture's alpha channel.
    /// - Throws: `VideoError`, and `InputError` when there is no region.
    package static func read(_ image: String, _ mask: String?) throws -> (RGBImage, Mask) {
        if let mask { return (try ImageDecoder.rgb(path: image), try ImageDecoder.mask(path: mask)) }
        let (picture, alpha) = try ImageDecoder.rgbWithAlphaMask(path: image)
        guard let alpha else {
            throw InputError(.usage, "\(image): found no alpha channel, expected one, or a mask by --mask")
        }
        return (picture, alpha)
    }
}
