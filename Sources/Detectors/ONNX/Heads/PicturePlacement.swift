import Imaging

/// Way of making a picture as large as a model's input.
package enum PictureFit: String, Sendable, CaseIterable {
    /// Its shape is kept; it lies in the upper left corner of a grey field.
    case corner
    /// Its shape is kept; it lies in the middle of a grey field.
    case middle
    /// It fills the input, and its shape changes.
    case stretch
}

/// Place of a picture in a model's input.
struct PicturePlacement {
    let picture: PictureSize
    let input: PictureSize
    /// Size of the scaled picture.
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
        // YOLOX cuts sizes off, Ultralytics rounds them to even.
        func side(_ side: Int, _ limit: Int) -> Int {
            let exact = Double(side) * factor
            return min(limit, max(1, Int(fit == .corner ? exact : exact.rounded(.toNearestOrEven))))
        }
        scaled = PictureSize(width: side(picture.width, input.width), height: side(picture.height, input.height))
        // Half a pixel that is left over goes to the right and below.
        func margin(_ free: Int) -> Int { fit == .corner ? 0 : free / 2 }
        left = margin(input.width - scaled.width)
        top = margin(input.height - scaled.height)
    }

    func inputX(_ x: Double) -> Double { x * factorX + Double(left) }
    func inputY(_ y: Double) -> Double { y * factorY + Double(top) }

    /// A box of the input in the picture, beyond which it may reach; nil if nothing of it is there.
    func inPicture(_ box: Rectangle) -> Rectangle? {
        let result = Rectangle(
            left: (box.left - Double(left)) / factorX, top: (box.top - Double(top)) / factorY, width: box.width / factorX,
            height: box.height / factorY)
        let whole = Rectangle(left: 0, top: 0, width: Double(picture.width), height: Double(picture.height))
        return result.commonArea(with: whole) > 0 ? result : nil
    }
}
