import DAMVideo

/// Captions the objects of a clip, and prints each as soon as it is there.
/// - Parameters:
///   - clip: path of a video.
///   - masks: file or folder of masks, in any layout the program reads.
///   - modelDirectory: a checkpoint such as DAM-3B-Video.
/// - Returns: the captions by track.
func captionAClip(_ clip: String, masks: String, modelDirectory: String) throws -> [String: String] {
    let model = try CaptionModel(directory: modelDirectory)
    let captioner = VideoCaptioner(CaptionEngine(model))
    var options = CaptionOptions()
    options.generation.temperature = 0
    let document = try captioner.caption(clip: clip, masks: masks, options: options) { event in
        switch event {
        case .finished(let track): print("track \(track.id), \(track.start) to \(track.end) s: \(track.caption)")
        case .failed(let problem): print("track \(problem.track?.description ?? "-"): \(problem.message)")
        case .began, .progress, .token: break
        }
    }
    return Dictionary(uniqueKeysWithValues: document.tracks.map { ($0.id.description, $0.caption) })
}
