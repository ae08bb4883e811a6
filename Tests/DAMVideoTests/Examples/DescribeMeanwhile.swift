import DAMVideo
import Imaging

/// Describes a region of a picture in memory while a clip is captioned on the same engine: the picture goes first, and
/// neither changes the other's words.
func describeMeanwhile(
    _ picture: RGBImage, _ region: Mask, clip: String, masks: String, engine: CaptionEngine
) async throws -> (description: String, document: CaptionDocument) {
    async let document = Task.detached {
        try VideoCaptioner(engine).caption(clip: clip, masks: masks)
    }.value
    var description = ""
    for try await text in try ImageDescriber(engine).stream(picture, region: region) { description += text }
    return (description, try await document)
}
