import DAMVideo
import Foundation

/// A document of two tracks, 7 and "car", and a failed one.
func exampleDocument() throws -> CaptionDocument {
    let json = """
        {"schema": "damvideo/1", "tool": {"name": "damvideo", "version": "0.1.0"},
         "model": {"path": "m", "type": "dam", "weights": "bf16", "query": "q", "temperature": 0.2, "top_p": 0.5, "top_k": 50,
                   "num_beams": 1, "max_new_tokens": 512, "seed": 0},
         "video": {"path": "clip.mp4", "width": 768, "height": 576, "fps": 10, "frames": 60, "duration": 6},
         "tracks": [
           {"id": 7, "label": null, "first_frame": 0, "last_frame": 59, "start": 0, "end": 5.9, "visible_frames": 60,
            "sampled": [{"frame": 0, "time": 0, "bbox": [1, 2, 3, 4], "area": 9, "mask": "given"}],
            "caption": "A man, \\"tall\\".", "finish_reason": "stop",
            "usage": {"prompt_tokens": 100, "completion_tokens": 5}, "seconds": 1.5},
           {"id": "car", "label": null, "first_frame": 36615, "last_frame": 36615, "start": 3661.5, "end": 3661.5,
            "visible_frames": 1, "sampled": [{"frame": 36615, "time": 3661.5, "bbox": [1, 2, 3, 4], "area": 9, "mask": "given",
                                              "segmentation": {"size": [4, 3], "counts": "525"}}],
            "caption": "A car.", "finish_reason": "length",
            "usage": {"prompt_tokens": 100, "completion_tokens": 6}, "seconds": 2}],
         "errors": [{"track": 4, "code": "empty_mask", "message": "m"}]}
        """
    return try JSONDecoder().decode(CaptionDocument.self, from: Data(json.utf8))
}
