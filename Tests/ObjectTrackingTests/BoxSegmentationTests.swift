import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import TestSupport
import Testing

/// Masks of detections by SAM 2. If these fail, the masks are not those the model makes of the boxes, or a detector's own are lost.
@Suite struct BoxSegmentationTests {
    private static let missing: Set<Int> = [9, 10]
    private let scene: SyntheticScene = {
        var scene = SyntheticScene { .init(x: 40 + 6 * Double($0), y: 90) }
        scene.frames = 20
        return scene
    }()

    private func box(_ frame: Int) throws -> BoundingBox { try #require(scene.mask(at: frame).boundingBox) }

    /// - Parameter ownMasks: frames on which the detection has a mask.
    private func follow(_ sam: SegmentationModel?, in clip: VideoClip, ownMasks: Set<Int> = []) throws -> PropagatedMasks {
        let detections = try (0..<scene.frames).filter { !Self.missing.contains($0) }.map { frame in
            Detection(
                frame: frame, box: Rectangle(try box(frame)), mask: ownMasks.contains(frame) ? StoredMask(scene.mask(at: frame)) : nil,
                label: "red thing", score: 0.9)
        }
        let set = DetectionSet(path: "detections", format: nil, detections: detections)
        return try ObjectTracker(sam, separatesObjects: false, featureBytes: 0)
            .follow(.detections(set, DetectionFilter()), in: clip, span: nil) { _ in }
    }

    /// The checkpoint has no memory, which single pictures do without.
    @Test func masksAreThoseOfTheBoxes() throws {
        try scene.withClip { path in
            let sam = try SegmentationModel(path: Fixtures.path("sam/sam-c"))
            let found = try follow(sam, in: VideoClip(path: path), ownMasks: [4])
            let id = try #require(found.tracks.first?.id)
            #expect(found.tracks.count == 1 && found.tracks[0].label == "red thing")
            #expect(found.tracks[0].visibleFrames == Array(0..<20))
            let frames = try VideoClip(path: path).frames([2, 15] as [Int])
            while let frame = try frames.next() {
                let box = try box(frame.index), picture = try frame.image()
                let all = try #require(try sam.masks(of: [box], in: picture)[0]).mask
                // A random model marks places all over the picture; those near the box are the object's.
                let x = box.width / 10, y = box.height / 10
                let near = BoundingBox(left: box.left - x, top: box.top - y, width: box.width + 2 * x, height: box.height + 2 * y)
                let mask = try found.mask(of: id, at: frame.index)
                for place in mask.pixels.indices {
                    let isNear = near.contains(x: place % 240, y: place / 240)
                    #expect(mask.pixels[place] == (isNear ? all.pixels[place] : 0))
                }
                #expect(mask.area > 0)
            }
            #expect(try found.mask(of: id, at: 4).pixels == scene.mask(at: 4).pixels)
        }
    }

    @Test func masksAreCarriedToFramesWithoutADetection() throws {
        try scene.withClip { path in
            let all = Set(0..<20).subtracting(Self.missing)
            let sam = try SegmentationModel(path: Fixtures.path("sam/sam-c"))
            let found = try follow(sam, in: VideoClip(path: path), ownMasks: all)
            let id = try #require(found.tracks.first?.id)
            for frame in Self.missing {
                let mask = try found.mask(of: id, at: frame), truth = scene.mask(at: frame)
                let both = zip(mask.pixels, truth.pixels).count { $0 == 1 && $1 == 1 }
                #expect(Double(both) / Double(mask.area + truth.area - both) > 0.85)
            }
        }
    }
}

extension BoundingBox {
    fileprivate func contains(x: Int, y: Int) -> Bool { (left..<left + width).contains(x) && (top..<top + height).contains(y) }
}
