import DescribeAnything

/// Hands out the prompts of a plan's tracks one after the other, and holds no more of them than there is room for: as many
/// tracks as fit are collected in one pass through the clip, so memory grows neither with the clip nor, beyond the room,
/// with the number of tracks.
package struct PromptQueue {
    /// Bytes of prompts held at a time, unless one track's are more: about 27 tracks of 8 frames at 384 pixels.
    package static let room = 256 << 20

    let survey: ClipSurvey
    private let collector: FrameCollector
    /// Indices of the tracks that were not collected yet, in the order in which they will be asked for.
    private var pending: ArraySlice<Int>
    private var prompts: CollectedPrompts
    private let room: Int

    /// Surveys the clip, and collects the first tracks on the way.
    /// - Parameters:
    ///   - tracks: indices of those that will be asked for, in that order.
    ///   - room: bytes of prompts to hold at a time.
    package init(_ collector: FrameCollector, of tracks: [Int], room: Int, onFrame: (Int) throws -> Void) throws {
        self.collector = collector
        self.room = room
        pending = tracks[...]
        let group = pending.popGroup(collector.plan, room)
        (survey, prompts) = try collector.survey(holding: group, onFrame: onFrame)
    }

    /// The prompts of a track by frame; they are not held any longer.
    package mutating func prompts(
        of track: Int, onFrame: (Int) throws -> Void
    ) throws -> [Int: Result<FocalPrompt, FocalPromptError>] {
        while pending.first.map({ $0 <= track }) ?? false {
            prompts = try collector.prompts(of: pending.popGroup(collector.plan, room), onFrame: onFrame)
        }
        return prompts.removeValue(forKey: track) ?? [:]
    }
}

extension ArraySlice<Int> {
    /// Takes away the tracks that are held together next: one at least, and all of a clip that cannot be read again.
    fileprivate mutating func popGroup(_ plan: ClipPlan, _ bytes: Int) -> [Int] {
        let side = plan.imageProcessor.side
        var room = Swift.max(1, bytes / Swift.max(1, side * side * 8))
        let group = prefix { track in
            defer { room -= Set(plan.sampling.tracks[track].sampled).count }
            return room > 0 || plan.isReadOnce
        }
        removeFirst(group.count)
        return Array(group)
    }
}
