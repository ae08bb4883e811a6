import DescribeAnything

/// Hands out the prompts of a plan's tracks one after the other, and holds no more of them than there is room for: as many
/// tracks as fit are collected in one pass through the clip, so memory grows neither with the clip nor, beyond the room,
/// with the number of tracks.
struct PromptQueue {
    /// Bytes of prompts held at a time: about 27 tracks of 8 frames at 384 pixels.
    static let room = 256 << 20

    let survey: ClipSurvey
    private let collector: FrameCollector
    private var held: Range<Int>
    private var prompts: CollectedPrompts

    /// Surveys the clip, and collects the first tracks on the way.
    /// - Parameter first: index of the first track that will be asked for.
    init(_ collector: FrameCollector, from first: Int, onFrame: (Int) throws -> Void) throws {
        self.collector = collector
        held = Self.group(collector.plan, from: first)
        (survey, prompts) = try collector.survey(holding: held, onFrame: onFrame)
    }

    /// The prompts of a track by frame; they are not held any longer.
    mutating func prompts(
        of track: Int, onFrame: (Int) throws -> Void
    ) throws -> [Int: Result<FocalPrompt, FocalPromptError>] {
        if !held.contains(track) {
            held = Self.group(collector.plan, from: track)
            prompts = try collector.prompts(of: held, onFrame: onFrame)
        }
        return prompts.removeValue(forKey: track) ?? [:]
    }

    /// The tracks that are held together; all of a clip that cannot be read again.
    private static func group(_ plan: ClipPlan, from first: Int) -> Range<Int> {
        let tracks = plan.sampling.tracks
        guard !plan.isReadOnce else { return tracks.indices }
        let side = plan.imageProcessor.side
        var room = Self.room / max(1, side * side * 8), end = first
        while end < tracks.count {
            room -= Set(tracks[end].sampled).count
            if room < 0, end > first { break }
            end += 1
        }
        return first..<end
    }
}
