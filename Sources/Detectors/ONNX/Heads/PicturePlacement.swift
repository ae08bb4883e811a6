import Imaging

/// Placement of an image in the model's input.
package enum PictureFit: String, Sendable, CaseIterable {
    /// Keeps the aspect ratio, at the upper left corner, with grey padding.
    case corner
    /// Keeps the aspect ratio, centred, with grey padding.
    case middle
    /// Stretches to the input size, without keeping the aspect ratio.
    case stretch
}

/// Position and size of an image within a model's input.
struct PicturePlacement {
    let picture: PictureSize
    let input: PictureSize
    /// Size of the scaled image.
    let scaled: PictureSize
    let left: Int
    let top: Int
    private let factorX: Double
    private let factorY: Double

    init(_ picture: PictureSize, in input: PictureSize, _ fit: PictureFit) {
        (self.picture, self.input) = (picture, input)
        guard fit != .stretch else {
            (scaled, left, top) = (input, 0, 0)
            factorX = Double(input.width) / Double(picture.width)
            factorY = Double(input.height) / Double(picture.height)
            return
        }
        let factor = min(Double(input.width) / Double(picture.width), Double(input.height) / Double(picture.height))
        (factorX, factorY) = (factor, factor)
        // YOLOX truncates sizes, Ultralytics rounds them half to even.
        func side(_ side: Int, _ limit: Int) -> Int {
            let exact = Double(side) * factor
            return min(limit, max(1, Int(fit == .corner ? exact : exact.rounded(.toNearestOrEven))))
        }
        scaled = PictureSize(width: side(picture.width, input.width), height: side(picture.height, input.height))
        // An odd pixel of padding goes to the right and bottom.
        func margin(_ free: Int) -> Int { fit == .corner ? 0 : free / 2 }
        left = margin(input.width - scaled.width)
        top = margin(input.height - scaled.height)
    }

    func inputX(_ x: Double) -> Double { x * factorX + Double(left) }
    func inputY(_ y: Double) -> Double { y * factorY + Double(top) }

    /// Maps a box from the input to the image, without clipping; nil if it does not overlap the image.
    func inPicture(_ box: Rectangle) -> Rectangle? {
        let result = Rectangle(
            left: (box.left - Double(left)) / factorX, top: (box.top - Double(top)) / factorY, width: box.width / factorX,
            height: box.height / factorY)
        let whole = Rectangle(left: 0, top: 0, width: Double(picture.width), height: Double(picture.height))
        return result.commonArea(with: whole) > 0 ? result : nil
    }
}
