import Imaging

/// Cues of a frame's picture for its detections.
struct FrameCues {
    /// The camera's motion since the last frame with cues, in pixels of the clip.
    var camera = CameraMotion.identity
    /// Colours at the working size; nil without pictures.
    var bins: Plane<UInt16>?
    /// 0 for what shows the still scene; nil where that is not known.
    var foreground: Plane<UInt8>?
    /// Pixels of the clip to one of the working size.
    var factor = 1

    /// Colours of boxes in pixels of the clip.
    /// - Parameter covers: boxes in front of it.
    func colours(of box: Rectangle, behind covers: [Rectangle]) -> BoxColours? {
        bins.flatMap {
            BoxColours(
                $0, foreground: foreground, in: box.scaled(by: 1 / Double(factor)), behind: covers.map { $0.scaled(by: 1 / Double(factor)) })
        }
    }
}

extension Rectangle {
    func scaled(by factor: Double) -> Rectangle {
        Rectangle(left: left * factor, top: top * factor, width: width * factor, height: height * factor)
    }

    /// Share of the area that other boxes do not cover, 0...1; where they overlap one another it comes out too small.
    func visibleShare(behind covers: [Rectangle]) -> Double {
        let covered = covers.reduce(0) { $0 + commonArea(with: $1) }
        return area > 0 ? max(0, 1 - covered / area) : 0
    }
}
