import Detectors
import Imaging
import Masks
import Media

/// Parameters of `DetectorRun`.
package enum DetectorRunConstants {
    /// Score threshold for keeping a detection. Low, because linking uses weak detections to continue tracks.
    package static let leastScore: Float = 0.1
}

/// Runs a detector on frames of a clip.
struct DetectorRun {
    let clip: VideoClip
    /// The selected part of the clip; nil for all.
    let span: TimeSpan?
    let detector: ObjectDetector
    let settings: DetectorSettings

    /// - Parameter progress: called with each processed frame; an error it throws ends the call.
    /// - Throws: `VideoError`, `CheckpointError`, and what `progress` throws.
    func detections(progress: (Int) throws -> Void) throws -> DetectionSet {
        let frames = try clip.frames(in: span), size = clip.info.size
        let looks = try settings.looksAtMotion ? MotionLooks(clip.reopened(), span: span, model: detector.detector.inputSize) : nil
        var found: [Masks.Detection] = [], looked: [Int] = [], next = -Double.infinity, passed: VideoFrame?
        func look(at frame: VideoFrame) throws {
            try progress(frame.index)
            looked.append(frame.index)
            found += try objects(frame, looks).map { object in
                Masks.Detection(
                    frame: frame.index, box: object.box, mask: object.mask.flatMap { StoredMask($0) }, label: object.label,
                    score: Double(object.score))
            }
        }
        while let frame = try frames.next() {
            passed = frame.time < next ? frame : nil
            guard passed == nil else { continue }
            // Tolerates a frame that is slightly early.
            next = frame.time + settings.interval * 0.999
            try look(at: frame)
        }
        // A track ends with its last detection, so what is there at the end is detected at the end.
        if let passed { try look(at: passed) }
        return DetectionSet(
            path: detector.path, format: nil, detections: found, annotatedFrames: looked, pictureSize: size, notes: detector.notes)
    }

    /// Objects of a frame, from the whole image and from crops.
    private func objects(_ frame: VideoFrame, _ looks: MotionLooks?) throws -> [PictureDetection] {
        let picture = try frame.image(), least = DetectorRunConstants.leastScore
        var joined = JoinedLooks(
            whole: try detector.detector.detections(in: picture, threshold: least), picture: clip.info.size)
        for square in try looks?.squares(in: picture, time: frame.time) ?? [] {
            joined.add(try detector.detector.detections(in: picture.cropped(to: square), threshold: least), in: square)
        }
        return joined.detections
    }
}
