import DAMVideo
import Dispatch
import Imaging

/// Describes a region of a picture in memory while a clip is captioned on the same engine: the picture goes first, and
/// neither changes the other's words.
func describeMeanwhile(
    _ picture: RGBImage, _ region: Mask, clip: String, masks: String, engine: CaptionEngine
) async throws -> (description: String, document: CaptionDocument) {
    // Captioning a clip blocks its thread, which must not be one of Swift concurrency's.
    async let document = withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(with: Result { try VideoCaptioner(engine).caption(clip: clip, masks: masks) })
        }
    }
    var description = ""
    for try await text in try ImageDescriber(engine).stream(picture, region: region) { description += text }
    return (description, try await document)
}
