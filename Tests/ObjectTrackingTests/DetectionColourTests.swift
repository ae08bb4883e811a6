import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import TestSupport
import Testing

/// If these fail, objects that meet go on under one another's ids.
@Suite struct DetectionColourTests {
    private static let width = 240, height = 120, frames = 60

    /// Two boxes that come together and go back, or pass one another; the first is in front.
    private func boxes(_ frame: Int, turnBack: Bool) -> [Rectangle] {
        let time = Double(frame) / Double(Self.frames - 1)
        let way = turnBack ? 1 - abs(2 * time - 1) : 2 * time
        let first = 40 + 76 * way, second = 200 - 76 * way
        return [first, second].map { Rectangle(left: $0 - 12, top: 35, width: 24, height: 56) }
    }

    /// YUV4MPEG of a red and a blue box before a chequered wall.
    private func clip(turnBack: Bool) -> Data {
        let count = Self.width * Self.height
        var bytes = Data("YUV4MPEG2 W\(Self.width) H\(Self.height) F10:1 Ip A1:1 C444\n".utf8)
        for frame in 0..<Self.frames {
            let boxes = boxes(frame, turnBack: turnBack)
            var planes = [UInt8](repeating: 128, count: 3 * count)
            for place in 0..<count {
                let x = place % Self.width, y = place / Self.width
                let inside = boxes.firstIndex {
                    $0.left <= Double(x) && Double(x) < $0.right && $0.top <= Double(y) && Double(y) < $0.bottom
                }
                planes[place] = inside == nil ? ((x / 8 + y / 8) % 2 == 0 ? 150 : 120) : 80
                if let inside { (planes[count + place], planes[2 * count + place]) = inside == 0 ? (90, 200) : (200, 100) }
            }
            bytes += Data("FRAME\n".utf8) + planes
        }
        return bytes
    }

    /// Detections of both, and of the front one alone where they overlap.
    private func detections(turnBack: Bool) -> String {
        (0..<Self.frames).flatMap { frame -> [String] in
            let boxes = boxes(frame, turnBack: turnBack)
            let seen = boxes[0].overlap(with: boxes[1]) > 0.2 ? [boxes[0]] : boxes
            return seen.map { "\(frame + 1),-1,\($0.left),\($0.top),\($0.width),\($0.height),1,-1,-1,-1\n" }
        }.joined()
    }

    @Test(arguments: [true, false]) func coloursTellWhoGoesOnWhere(turnBack: Bool) throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "clip.y4m"), file = folder.appending(path: "det.txt")
            try clip(turnBack: turnBack).write(to: path)
            try Data(detections(turnBack: turnBack).utf8).write(to: file)
            let found = try DetectionTracker(
                clip: VideoClip(path: path.path), ahead: VideoClip(path: path.path), span: nil, detections: DetectionSources.open(file.path)
            ).track { _ in }
            #expect(found.tracks.count == 2)
            for (index, track) in found.tracks.enumerated() {
                for frame in [2, 57] {
                    let box = try #require(track.boxes[frame])
                    #expect(box.overlap(with: boxes(frame, turnBack: turnBack)[index]) > 0.7)
                }
            }
        }
    }
}
