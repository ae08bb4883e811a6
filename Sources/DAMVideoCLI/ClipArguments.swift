import ArgumentParser
import DAMVideo
import Imaging
import ObjectTracking

/// The clips of a command and their masks.
struct ClipArguments: ParsableArguments {
    @Argument(help: ArgumentHelp(
        "The clips: any video FFmpeg decodes, - for one on stdin, a folder of stills, or a pattern such as frames/%05d.jpg.",
        discussion: "Stills are ordered by the number in which their names differ. Frames are numbered from 0."),
        completion: .file())
    var clips: [String] = []

    @Option(
        name: [.customShort("a"), .long],
        help: ArgumentHelp(
            "Read clips from a text file, - for stdin: one per line, or clip, tab, masks. Relative paths are relative to the "
                + "file, # begins a comment.", valueName: "list"), completion: .file())
    var batchFile: String?

    @Option(
        help: ArgumentHelp(
            "A clip's masks: a file or folder. Label PNGs, PNGs for each object, COCO, YouTube-VIS, RLE, MOTS, MOTChallenge, "
                + "SA-V, CVAT, Label Studio, Grounded-SAM-2, labelme, Ultralytics, supervision and VideoRefer are recognised by their "
                + "content. For several clips: repeated, in the clips' order; or once: a folder with a folder or file named like each "
                + "clip, or a file that names the clips.",
            valueName: "path"), completion: .file())
    var masks: [String] = []

    @OptionGroup var reading: MaskReadingOptions

    func validate() throws {
        guard !clips.isEmpty || batchFile != nil else { throw ValidationError("expected a clip, or --batch-file") }
        guard !clips.contains("-") || clips.count == 1 && batchFile == nil else {
            throw ValidationError("clip -: expected it to be the only one")
        }
    }

    /// True if the command accepts any number of clips, even if given one.
    var areMany: Bool { clips.count > 1 || batchFile != nil }

    /// - Parameters:
    ///   - options: options of each clip.
    ///   - prompts: points and boxes for a single clip, instead of masks.
    ///   - detections: detections of a single clip, instead of masks.
    ///   - finder: source of objects for clips without given ones.
    /// - Throws: `InputError`.
    func requests(
        _ options: ClipOptions, prompts: [ObjectPrompt], detections: ObjectSource?, finder: ObjectSource
    ) throws -> [ClipRequest] {
        if let detections {
            guard !areMany, masks.isEmpty, prompts.isEmpty else {
                throw InputError(
                    .usage, "found --detections with \(areMany ? "several clips" : "masks, points or boxes"), expected them for a "
                        + "single clip alone")
            }
            return [ClipRequest(clip: clips[0], objects: detections, options: options)]
        }
        guard prompts.isEmpty else {
            guard !areMany, masks.isEmpty else {
                throw InputError(.usage, "found points or boxes with \(areMany ? "several clips" : "--masks"), expected them for a "
                    + "single clip alone")
            }
            return [ClipRequest(clip: clips[0], objects: .prompts(prompts), options: options)]
        }
        guard areMany else {
            guard masks.count < 2 else { throw InputError(.usage, "found \(masks.count) masks for a clip, expected one") }
            return [ClipRequest(clip: clips[0], objects: masks.first.map { .masks(path: $0) } ?? finder, options: options)]
        }
        let listed = try batchFile.map { try ClipList(path: $0).entries } ?? []
        let list = ClipList(entries: clips.map { ClipList.Entry(clip: $0) } + listed)
        guard !masks.isEmpty else {
            return list.entries.map {
                ClipRequest(clip: $0.clip, objects: $0.masks.map { .masks(path: $0) } ?? finder, options: options)
            }
        }
        return try list.pairs(masks: masks).map { ClipRequest(clip: $0.clip, masks: $0.masks, options: options) }
    }
}
