import DescribeAnything
import Imaging

/// The way a service that knows no masks is told which region is meant. The paper that compares general models so: DAM, arXiv
/// 2504.16072, section 5 (crop and masked picture; marks in the picture do worse).
package enum RegionPresentation: String, CaseIterable, Sendable {
    /// Two pictures: cut out around the region as DAM's focal crop is, and the whole with all else black.
    case crop
    /// The picture with a red outline around the region.
    case outline
    /// The picture, and the region's box in words.
    case box

    /// The words of a message, with {box} where the boxes go.
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
    /// - Parameter words: with {box} where the boxes go.
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

    /// A box in the pixels of the picture that is sent.
    private static func text(_ region: RegionPicture) -> String {
        let scale = RegionPicture.scale(of: region.picture), size = RegionPicture.sentSize(of: region.picture), box = region.box
        let edges = [box.left, box.top, box.right, box.bottom].map { "\(Int((Double($0) * scale).rounded()))" }
        return "[\(edges.joined(separator: ", "))] of \(size)"
    }
}
