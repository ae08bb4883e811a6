import Imaging
import Masks
import SegmentAnything

/// Objects given by points and boxes, before SAM 2 has made masks of them.
package struct PromptedObjects: Sendable {
    package let prompts: [ObjectPrompt]
    /// Frames with a prompt, ascending.
    package let annotatedFrames: [Int]
    /// One track per object, with the bounding box of its prompts on each of their frames; ascending by id.
    package let tracks: [Track]

    package init(_ prompts: [ObjectPrompt]) {
        self.prompts = prompts
        annotatedFrames = Set(prompts.map(\.frame)).sorted()
        tracks = Dictionary(grouping: prompts, by: \.object).sorted { $0.key < $1.key }.map { object, prompts in
            let boxes = Dictionary(prompts.map { ($0.frame, $0.region.bounds) }, uniquingKeysWith: { $0.union($1) })
            return Track(
                id: object,
                appearances: boxes.map { Track.Appearance(frame: $0.key, box: $0.value, area: $0.value.width * $0.value.height) })
        }
    }
}

extension PicturePrompt {
    /// Bounding box of the prompt's points and box, in pixels.
    fileprivate var bounds: BoundingBox {
        let pixels = points.map { point in
            // A point far outside any image, which is refused later, might overflow an integer.
            BoundingBox(left: Int(min(max(point.x, -1e6), 1e6)), top: Int(min(max(point.y, -1e6), 1e6)), width: 1, height: 1)
        }
        return (pixels + [box].compactMap(\.self)).reduce(nil) { $0?.union($1) ?? $1 }
            ?? BoundingBox(left: 0, top: 0, width: 1, height: 1)
    }
}
