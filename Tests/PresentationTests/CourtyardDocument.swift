import DAMVideo
import Foundation
import Masks
import TestSupport

/// The courtyard clip with its masks, and a document as captioning would make it, with captions that are easy to check.
struct CourtyardDocument {
    let document: CaptionDocument
    let masks: any MaskSource

    static let clip = Courtyard.clip

    init(document: CaptionDocument, masks: any MaskSource) {
        self.document = document
        self.masks = masks
    }

    /// - Parameter captions: by track; tracks 1 to 5 exist.
    init(_ captions: [Int: String], label: String? = nil) throws {
        let masks = try MaskSources.open(Courtyard.masks)
        let tracks = try captions.keys.sorted().map { id -> [String: Any] in
            let track = try masks.track(.number(id))
            // Two frames, the second of them twice.
            let sampled = [track.appearances[0], track.appearances[7], track.appearances[7]]
            return [
                "id": id, "label": label ?? NSNull(), "first_frame": track.firstFrame, "last_frame": track.lastFrame,
                "start": Double(track.firstFrame) / 10, "end": Double(track.lastFrame) / 10,
                "visible_frames": track.visibleFrames.count, "caption": captions[id] ?? "", "finish_reason": "stop",
                "usage": ["prompt_tokens": 100, "completion_tokens": 20], "seconds": 1.5,
                "sampled": sampled.map {
                    [
                        "frame": $0.frame, "time": Double($0.frame) / 10, "area": $0.area, "mask": "given",
                        "bbox": [$0.box.left, $0.box.top, $0.box.width, $0.box.height],
                    ] as [String: Any]
                },
            ]
        }
        let json: [String: Any] = [
            "schema": "damvideo/1", "tool": ["name": "damvideo", "version": "0"], "tracks": tracks, "errors": [Any](),
            "model": [
                "path": "models/<small>", "type": "dam", "weights": "bf16", "seed": 7, "temperature": 0.2, "top_p": 0.5,
                "query": "Video: <image><image>\nDescribe \"it\".", "top_k": 50, "num_beams": 1, "max_new_tokens": 64,
            ],
            "video": [
                "path": "clips/court & yard.mp4", "width": 768, "height": 576, "fps": 10, "frames": 60, "duration": 6,
            ],
        ]
        self.masks = masks
        document = try JSONDecoder().decode(
            CaptionDocument.self, from: JSONSerialization.data(withJSONObject: json))
    }

    /// The same with parts of a track, each made from its first and last frame.
    /// - Parameter parts: their frames and captions.
    func withParts(of id: Int, _ parts: [(frames: ClosedRange<Int>, caption: String)]) throws -> CourtyardDocument {
        var document = document
        let track = try masks.track(.number(id))
        let segments = try parts.map { part -> [String: Any] in
            let sampled = try [part.frames.lowerBound, part.frames.upperBound].map { frame -> [String: Any] in
                guard let there = track.appearance(at: frame) else { throw CocoaError(.coderValueNotFound) }
                return [
                    "frame": frame, "time": Double(frame) / 10, "area": there.area, "mask": "given",
                    "bbox": [there.box.left, there.box.top, there.box.width, there.box.height],
                ]
            }
            return [
                "first_frame": part.frames.lowerBound, "last_frame": part.frames.upperBound,
                "start": Double(part.frames.lowerBound) / 10, "end": Double(part.frames.upperBound) / 10,
                "visible_frames": part.frames.count, "caption": part.caption, "finish_reason": "stop",
                "usage": ["prompt_tokens": 100, "completion_tokens": 20], "seconds": 1.5, "sampled": sampled,
            ]
        }
        let data = try JSONSerialization.data(withJSONObject: segments)
        let index = document.tracks.firstIndex { $0.id == .number(id) } ?? 0
        document.tracks[index].segments = try JSONDecoder().decode([CaptionDocument.Segment].self, from: data)
        return CourtyardDocument(document: document, masks: masks)
    }
}
