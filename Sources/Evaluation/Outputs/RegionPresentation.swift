import DescribeAnything
import Imaging

/// Presentation of a region to a service that does not support masks. Following the comparison of general models in DAM, arXiv
/// 2504.16072, section 5 (crop and masked image do best; marks in the image do worse).
package enum RegionPresentation: String, CaseIterable, Sendable {
    /// Two images: DAM's focal crop, and the whole image with everything else black.
    case crop
    /// The image with a red outline around the region.
    case outline
    /// The image, with the region's box in the text.
    case box

    /// The text of a message, with {box} in place of the boxes.
    package func words(isClip: Bool, question: String) -> String {
        let pointer = switch (self, isClip) {
        case (.crop, false):
            "The first picture is cut out around an object. The second is the whole picture, in which all but that object is black."
        case (.crop, true):
            "These are frames of a video, in order. Each is shown twice: cut out around an object, and whole with all but that "
                + "object black."
        case (.outline, false): "In this picture, an object has a red outline."
        case (.outline, true): "These are frames of a video, in order. In each, the same object has a red outline."
        case (.box, false): "In this picture, an object is in the box {box}, in pixels from the left top."
        case (.box, true):
            "These are frames of a video, in order. The same object is in these boxes, in pixels from the left top: {box}."
        }
        return "\(pointer) \(question)"
    }

    /// A message about a region.
    /// - Parameter words: text with {box} in place of the boxes.
    func message(_ pictures: [RegionPicture], words: String, maxTokens: Int) throws -> ChatMessage {
        let boxes = pictures.map(Self.text).joined(separator: "; ")
        let parts = try pictures.flatMap { try shown($0).map { try RegionPicture.part($0) } }
        return ChatMessage(parts + [.text(words.replacing("{box}", with: boxes))], maxTokens: maxTokens)
    }

    private func shown(_ region: RegionPicture) -> [RGBImage] {
        switch self {
        case .crop:
            let crop = CropMode.focalCrop.region(of: region.box, width: region.picture.width, height: region.picture.height)
            return [region.cropped(to: crop).picture, region.masked]
        case .outline: return [region.outlined]
        case .box: return [region.picture]
        }
    }

    /// A box in the pixels of the image as sent.
    private static func text(_ region: RegionPicture) -> String {
        let scale = RegionPicture.scale(of: region.picture), size = RegionPicture.sentSize(of: region.picture), box = region.box
        let edges = [box.left, box.top, box.right, box.bottom].map { "\(Int((Double($0) * scale).rounded()))" }
        return "[\(edges.joined(separator: ", "))] of \(size)"
    }
}
