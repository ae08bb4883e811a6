import ArgumentParser
import DAMVideo
import Foundation
import Imaging
import Masks
import ObjectTracking

struct TrackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: "Track what moves in a clip, or propagate masks given on some frames (one is enough) to all frames, without a model "
            + "or with SAM 2.",
        discussion: """
            By default, objects that move in front of a fixed camera are found and tracked. Or start from mask files \
            (--masks), from regions (--box or --polygon), from detections (--detections or --detector), or, with SAM 2 (--sam), from \
            --box and --point. --at and --object say which frame and object these belong to: one for all of them, or one for each \
            --box, then each --polygon, then each --point, in order. Prompts for one object on the same frame are combined; those on \
            other frames correct it there.

            With --evaluate the result is compared with reference masks: by region similarity J of the same ids on frames that had \
            no given mask, and on all frames by HOTA, MOTA and IDF1, for which ids need not match. J counts every frame that \
            the reference has masks for: where it does not show an object, 1 if the result does not either, else 0; where only the \
            result does not, 0. Boxes in MOTChallenge text are compared with the boxes around the masks.

            A clip on stdin is read once: its masks can be propagated forwards only, and without --sam.

            Exit codes: 3 some tracks have no mask, the rest are written; 64 usage; 65 bad input; 66 input missing; 69 model missing \
            or unusable; 73 output exists; 74 input/output.
            """)

    @Argument(help: ArgumentHelp(
        "The clip: any video FFmpeg decodes, - for one on stdin, a folder of stills, or a pattern such as frames/%05d.jpg.",
        discussion: "Stills are ordered by the number in which their names differ. Frames are numbered from 0."),
        completion: .file())
    var clip: String

    @Option(help: ArgumentHelp("Masks to start from: a file or folder in any format.", valueName: "path"), completion: .file())
    var masks: String?

    @OptionGroup(title: "Masks") var reading: MaskReadingOptions

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("Use only the masks of this frame (repeatable).", valueName: "frame"))
    var fromFrame: [Int] = []

    @OptionGroup(title: "Clicks and boxes") var prompts: ObjectPromptOptions

    @OptionGroup(title: "Detections") var detections: DetectionOptions

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp(
        "A polygon to start from, without --sam (repeatable).", valueName: "x,y,x,y,..."))
    var polygon: [NumberList] = []

    @OptionGroup(title: "Part of the clip") var part: ClipPartOptions

    @Option(name: .shortAndLong, help: "Output folder or file for the masks of all frames.", completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Write the masks as \(MaskFormat.writable.map(\.rawValue).joined(separator: ", ")). Label PNGs cannot store "
                + "overlapping objects, and MOTChallenge text stores only boxes.", valueName: "format"))
    var convert = MaskFormat.labelPNG

    @Flag(help: "Assign each pixel to at most one object of SAM 2 or a detector; always so for label PNGs.")
    var noOverlap = false

    @Option(help: ArgumentHelp("Compare with these masks.", valueName: "path"), completion: .file())
    var evaluate: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Flag(help: "Replace existing output.")
    var overwrite = false

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func validate() throws {
        let regions = prompts.count + polygon.count
        guard masks == nil || regions == 0 else {
            throw ValidationError("Give either --masks or --box, --polygon or --point, or none of them to track what moves.")
        }
        guard detections.detections == nil && detections.detector == nil || masks == nil && regions == 0 else {
            throw ValidationError(
                "\(detections.detector == nil ? "--detections" : "--detector") goes without --masks, --box, --polygon and --point.")
        }
        guard masks != nil || regions > 0 || prompts.sam == nil || detections.areGiven else {
            throw ValidationError("--sam goes with --masks, --box, --point, --detections or --detector.")
        }
        guard prompts.sam == nil || polygon.isEmpty else { throw ValidationError("--polygon goes without --sam.") }
        guard masks != nil || fromFrame.isEmpty else { throw ValidationError("--from-frame goes with --masks.") }
        if prompts.sam == nil {
            guard prompts.object.isEmpty else { throw ValidationError("--object goes with --sam.") }
        }
        if regions > 0 { _ = try prompts.frames(for: regions) }
        guard output != nil || evaluate != nil || detections.fates != nil else {
            throw ValidationError("Give -o, --evaluate or --detections-out.")
        }
        guard MaskFormat.writable.contains(convert) else {
            throw ValidationError(
                "convert \(convert.rawValue): expected \(MaskFormat.writable.map(\.rawValue).joined(separator: ", "))")
        }
    }

    func run() throws {
        try reportingErrors {
            let line = StatusLine(quiet: quiet)
            let report = try ClipTracker(prompts.segmentation(), detector: detections.model()).track(
                clip: clip, objects(), options: options
            ) { progress in
                line.show(progress.stage == .finding
                    ? "finding what moves, frame \(progress.frame)"
                    : "tracking \(progress.isBackward ? "backward" : "forward"), frame \(progress.frame)")
            }
            line.clear()
            for line in [report.damage].compactMap(\.self) + (report.notes ?? []) { Console.notice(line) }
            if json { try Console.result(json: report) } else { try Console.result(text(report)) }
            guard report.lostTracks.isEmpty else { throw ExitCode.someTracksFailed }
        }
    }

    private var options: TrackingOptions {
        var options = TrackingOptions()
        options.masks = reading.settings()
        options.part = part.part
        (options.output, options.format, options.overwrites) = (output, convert, overwrite)
        options.detectionsOutput = detections.fates
        options.allowsOverlap = !noOverlap
        options.reference = evaluate
        return options
    }

    private func objects() throws -> ObjectSource {
        if let source = detections.source() { return source }
        if masks == nil, prompts.count == 0, polygon.isEmpty { return detections.finder }
        if let masks { return .masks(path: masks, frames: fromFrame.isEmpty ? nil : Set(fromFrame)) }
        if prompts.sam != nil { return .prompts(try prompts.prompts()) }
        let shapes = try prompts.boxes.map(Region.Shape.box) + polygon.map { try .polygon(coordinates: $0.numbers) }
        return .regions(zip(shapes, try prompts.frames(for: shapes.count)).map { Region($0, frame: $1) })
    }

    private func text(_ report: TrackingReport) -> String {
        var lines = report.tracks.map { track in
            var line = "track \(track.id)  frames \(track.firstFrame)-\(track.lastFrame), visible in \(track.visibleFrames)"
                + ", given in \(track.givenFrames)"
            if let confidence = track.confidence { line += ", confidence " + String(format: "%.2f", confidence) }
            if let similarity = track.regionSimilarity { line += "  J " + String(format: "%.3f", similarity) }
            return line
        }
        if let similarity = report.regionSimilarity, let frames = report.comparedFrames {
            lines.append("mean J " + String(format: "%.3f", similarity) + " over \(frames) frames without a given mask")
        }
        if let scores = report.tracking { lines.append(line(scores)) }
        let rate = report.seconds > 0 ? Double(report.frames) / report.seconds : 0
        lines.append("\(report.frames) frames in " + String(format: "%.1f s (%.1f frames/s)", report.seconds, rate))
        return PlainText.report(lines)
    }
}

private func line(_ scores: TrackingScores) -> String {
    let counts = [
        (scores.switches, "switch", "switches"), (scores.misses, "miss", "misses"),
        (scores.falsePositives, "false positive", "false positives"),
    ].map { "\($0) \($0 == 1 ? $1 : $2)" }
    return String(
        format: "HOTA %.3f (DetA %.3f, AssA %.3f), MOTA %.3f, IDF1 %.3f: ", scores.hota, scores.detA, scores.assA, scores.mota,
        scores.idf1) + counts.joined(separator: ", ")
}

/// Comma-separated numbers.
struct NumberList: ExpressibleByArgument {
    let numbers: [Double]

    /// Coordinates beyond this range are far outside any picture.
    static let range = -1e6...1e6

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
        guard numbers.count == parts.count, numbers.allSatisfy({ Self.range.contains($0) }) else { return nil }
        self.numbers = numbers
    }

    /// The numbers as integers; nil if one has a fraction.
    var wholeNumbers: [Int]? {
        let whole = numbers.compactMap { Int(exactly: $0) }
        return whole.count == numbers.count ? whole : nil
    }

    var box: BoundingBox? {
        guard let whole = wholeNumbers, whole.count == 4 else { return nil }
        return BoundingBox(left: whole[0], top: whole[1], width: whole[2], height: whole[3])
    }
}
