import DAMVideo
import Foundation
import Masks
import TestSupport

/// The courtyard clip with its masks, and a document as captioning would make it, with words that are easy to check.
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
}
