/// The layouts detections of other tools come in, by the names `--detections-format` takes.
public enum DetectionFormat: String, Sendable, Codable, CaseIterable {
    /// `frame,id,left,top,width,height,conf,...`: `det.txt`, `gt.txt` and trackers' results.
    case motChallenge = "motchallenge"
}
