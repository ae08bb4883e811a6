import DescribeAnything
import Imaging
import LanguageModels
import Masks
import Media
import ObjectTracking

/// The work for one clip, decided before any frame but the first is decoded: tracks, sampled frames and question.
public struct CaptionPlan {
    package let input: ClipInput
    let options: GenerationOptions
    /// The sentence that tells the model a track's label; nil to leave labels out.
    let hint: String?
    /// The question, with a placeholder for each frame.
    package let query: String
    package let sampler: TrackSampler
    /// Requested tracks, as far as they are known before tracking; ascending by id.
    let tracks: [Track]
    /// Tracks that other shards caption.
    let othersTracks: Set<TrackID>
    /// Tracks to propagate: those with too few masks to sample from, or all of them when only some frames' masks are used.
    let propagated: Set<TrackID>
    /// Frames to caption, as far as is known before decoding.
    package let part: Range<Int>
    /// Samples of tracks and of their parts, taken from the given masks in `part`.
    package let samples: [TrackSamples]

    public var request: ClipRequest { input.request }

    /// - Parameters:
    ///   - file: the clip's bytes; nil to read the request's path.
    ///   - configuration: gives the number of frames per caption.
    ///   - canPrompt: true if SAM 2 is available for clicks and boxes.
    ///   - canDetect: true if a detector is available.
    /// - Throws: `InputError`, `VideoError` and `MaskError` when clip or masks are missing or invalid, or the options do not fit
    ///   them.
    package init(
        _ request: ClipRequest, file: ClipFile? = nil, _ options: CaptionOptions,
        _ configuration: DescribeAnythingConfiguration, canPrompt: Bool = false, canDetect: Bool = false
    ) throws {
        (self.options, hint) = (options.generation, options.hint)
        let frames: Int
        (frames, query) = try Self.question(request.options, options, configuration)
        let input = try ClipInput(request, file: file), sampling = request.options.sampling
        if case .prompts(let prompts) = request.objects, !canPrompt || prompts.isEmpty {
            throw InputError(.usage, "found points or boxes to segment, expected at least one, and a SAM 2 model")
        }
        if case .detector = request.objects, !canDetect {
            throw InputError(.usage, "\(request.clip): found objects to detect, expected a detector")
        }
        if case .motion = request.objects, request.options.segmentation != nil {
            throw InputError(
                .usage,
                "\(request.clip): found SAM 2 with objects detected by motion, expected masks, points, boxes or detections")
        }
        self.input = input
        if let most = request.options.maxTracks, most < 1 {
            throw InputError(.usage, "max-tracks \(most): expected 1 or more")
        }
        let tracks = input.given.areFound ? [] : try Self.tracks(input)
        self.tracks = tracks
        othersTracks = Set(tracks.map(\.id)).subtracting((request.options.shard?.share(of: tracks) ?? tracks).map(\.id))
        let part = input.likelyPart(tracks)
        self.part = part
        sampler = TrackSampler(
            sampling: sampling, count: frames, parts: try request.options.segment.map { try TrackParts($0, input.clip) })
        samples = sampler.samples(of: tracks, in: part)
        let need = input.given.masks.map { PropagationNeed(masks: $0, sampling: sampling, frames: frames, part: part) }
        let usesSomeFrames = if case .masks(_, frames: .some) = request.objects { true } else { false }
        propagated = Set(tracks.map(\.id).filter { track in
            usesSomeFrames || need.map { request.options.propagates && $0.isNeeded(for: track) } ?? true
        })
        if input.isReadOnce, let track = propagated.min() {
            throw InputError(
                .usage, "\(input.clip.path): found masks of track \(track) on too few frames, and propagating them to others "
                    + "reads the clip more than once, expected a file\(input.given.masks == nil ? "" : ", or --no-propagate")")
        }
        try checkShard()
    }

    /// Checks that no shard repeats another's work, apart from decoding.
    private func checkShard() throws {
        guard let shard = request.options.shard else { return }
        func refused(_ found: String) -> InputError {
            InputError(
                .usage, "\(request.clip): found shard \(shard.text) of a clip's tracks, and \(found), which every shard would do again, "
                    + "expected the masks of all frames (damvideo track writes them), or shards of several clips")
        }
        if input.given.areFound { throw refused("objects to be found") }
        if !propagated.isEmpty { throw refused("masks to be carried to other frames") }
    }

    /// Given tracks that were requested, at most as many as wanted.
    private static func tracks(_ input: ClipInput) throws -> [Track] {
        let options = input.request.options
        let tracks = try options.tracks.map { ids in
            try Set(ids).sorted().map { try input.given.track($0, path: input.path) }
        }
        return TrackChoice(tracks ?? input.given.tracks, limit: options.maxTracks).chosen
    }

    /// The question about a track.
    func query(of track: Track) -> String { hint == nil ? query : LabelHint.question(query, label: track.label) }

    /// Upper bound on whole tracks to caption when the tracks are yet to be detected.
    var mostFoundTracks: Int {
        input.given.areFound ? request.options.tracks?.count ?? request.options.maxTracks ?? ClipOptions.defaultMaxTracks : 0
    }

    /// The number of frames per caption, and the question about them.
    static func question(
        _ clip: ClipOptions, _ options: CaptionOptions, _ configuration: DescribeAnythingConfiguration
    ) throws -> (frames: Int, query: String) {
        try options.generation.validate()
        let frames = clip.frames ?? configuration.videoFrames
        guard (1...4096).contains(frames) else { throw InputError(.usage, "frames \(frames): expected 1 to 4096") }
        return (frames, try options.question(frames: frames, default: Conversation.videoQuery(frames: frames)))
    }

    /// Propagates the tracks that need it through the clip, using masks outside the captioned part as well.
    /// - Throws: `VideoError`, `MaskError`, `InputError`, and what `progress` throws.
    package func follow(
        with segmentation: SegmentationModel?, _ detector: ObjectDetector? = nil, progress: (PropagationProgress) throws -> Void
    ) throws -> FollowedObjects {
        if propagated.isEmpty, let masks = input.given.masks { return FollowedObjects(masks: masks, tracks: tracks, lost: []) }
        if input.given.areFound { return try find(with: segmentation, detector, progress: progress) }
        let found = try ObjectTracker(segmentation, separatesObjects: false, featureBytes: AvailableMemory.forFeatures)
            .follow(input.given, in: input.clip, span: nil, progress: progress)
        let byID = Dictionary(uniqueKeysWithValues: found.tracks.map { ($0.id, $0) })
        return FollowedObjects(
            masks: found, tracks: tracks.map { propagated.contains($0.id) ? byID[$0.id] ?? $0 : $0 },
            lost: propagated.filter { byID[$0] == nil })
    }

    /// Detects the objects and chooses which to caption.
    private func find(
        with segmentation: SegmentationModel?, _ detector: ObjectDetector?, progress: (PropagationProgress) throws -> Void
    ) throws -> FollowedObjects {
        let found = try ObjectTracker(segmentation, detector: detector, separatesObjects: false, featureBytes: 0)
            .follow(input.given, in: input.clip, span: input.span, progress: progress)
        let options = request.options, wanted = options.tracks.map(Set.init)
        let tracks = found.tracks.filter { wanted?.contains($0.id) ?? true }
        let choice = TrackChoice(tracks, limit: options.maxTracks ?? (wanted == nil ? ClipOptions.defaultMaxTracks : nil))
        var objects = FollowedObjects(masks: found, tracks: choice.chosen, lost: [])
        objects.areFound = true
        objects.leftOut = choice.leftOut
        objects.unknown = (wanted ?? []).subtracting(tracks.map(\.id)).sorted()
        objects.notes = found.notes
        return objects
    }
}
