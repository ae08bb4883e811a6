import Imaging

/// Image cues of a frame for the association of its detections.
struct FrameCues {
    /// Camera motion since the previous frame with cues, in the clip's pixels.
    var camera = CameraMotion.identity
    /// Colour bins at the working size; nil without images.
    var bins: Plane<UInt16>?
    /// 0 for the static background; nil if unknown.
    var foreground: Plane<UInt8>?
    /// Reduction from the clip to the working size.
    var factor = 1

    /// Colours of a box given in the clip's pixels.
    /// - Parameter covers: boxes in front of it.
    func colours(of box: Rectangle, behind covers: [Rectangle]) -> BoxColours? {
        bins.flatMap {
            BoxColours(
                $0, foreground: foreground, in: box.scaled(by: 1 / Double(factor)),
                behind: covers.map { $0.scaled(by: 1 / Double(factor)) })
        }
    }
}

extension Rectangle {
    func scaled(by factor: Double) -> Rectangle {
        Rectangle(left: left * factor, top: top * factor, width: width * factor, height: height * factor)
    }

    /// Fraction of the area not covered by other boxes, 0...1; an underestimate if those overlap each other.
    func visibleShare(behind covers: [Rectangle]) -> Double {
        let covered = covers.reduce(0) { $0 + commonArea(with: $1) }
        return area > 0 ? max(0, 1 - covered / area) : 0
    }
}
