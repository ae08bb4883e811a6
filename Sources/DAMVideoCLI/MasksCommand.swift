import ArgumentParser
import DAMVideo
import Foundation
import Imaging
import Masks

struct MasksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "masks",
        abstract: "Show how masks are read, and convert them to another format.",
        discussion: "Exit code 65: the masks cannot be read, or do not fit the clip.")

    @Argument(help: "The masks: a file or folder.", completion: .file())
    var masks: String

    @OptionGroup var reading: MaskReadingOptions

    @Option(
        help: "The clip they belong to: checks size and frames, and selects one of several videos in a file.", completion: .file())
    var clip: String?

    @Option(
        help: ArgumentHelp(
            "Write the masks as \(MaskFormat.writable.map(\.rawValue).joined(separator: ", ")); the last "
                + "stores only boxes.", valueName: "format"))
    var convert: MaskFormat?

    @Option(name: .shortAndLong, help: "Output folder or file.", completion: .file())
    var output: String?

    @Flag(help: "Replace existing output.")
    var overwrite = false

    @Flag(help: "Leave out masks that cannot be read, and report them.")
    var keepGoing = false

    @Flag(help: "Print the report as JSON, with the box of every mask.")
    var json = false

    func validate() throws {
        guard (convert == nil) == (output == nil) else { throw ValidationError("--convert and --output go together") }
        if let convert, !MaskFormat.writable.contains(convert) {
            throw ValidationError(
                "convert \(convert.rawValue): expected \(MaskFormat.writable.map(\.rawValue).joined(separator: ", "))")
        }
    }

    func run() throws {
        try reportingErrors {
            if let convert, let output {
                try MaskCollection.checkOutput(output, format: convert, overwrites: overwrite, clip: clip)
            }
            let collection = try MaskCollection(
                path: masks, clip: clip, settings: reading.settings(keepsGoing: keepGoing))
            let report = collection.report
            if json { try Console.result(json: report) } else { try Console.result(text(report)) }
            // The reason is repeated for scripts that keep only stderr.
            guard report.mismatches.isEmpty else { throw InputError(.invalid, report.mismatches.joined(separator: "; ")) }
            if let convert, let output {
                try collection.write(as: convert, to: output, overwrites: overwrite)
                Console.notice("\(output): \(convert.rawValue), \(report.annotatedFrames.count) frames")
            }
        }
    }

    private func text(_ report: MaskReport) -> String {
        let table = TextTable(indentation: 2, columns: [.left(10)])
        var lines = [report.path]
        func add(_ name: String, _ value: String) { lines.append(table.row(name, value)) }
        add("format", report.format?.rawValue ?? "computed")
        add("size", "\(report.width)x\(report.height)")
        add("frames", "\(report.annotatedFrames.count) annotated: " + ranges(report.annotatedFrames))
        if let clip = report.clip { add("clip", "\(clip.path), \(clip.width)x\(clip.height), \(clip.frames) frames") }
        add("tracks", "\(report.tracks.count)")
        lines += report.tracks.map { "    " + line($0) }
        lines += report.problems.map { "  " + $0 } + report.mismatches.map { "  error: " + $0 }
        return PlainText.report(lines)
    }

    private func line(_ track: MaskReport.Track) -> String {
        let areas = track.appearances.map(\.area), boxes = track.appearances.map { box($0.bbox) }
        let name = track.label.map { "\(track.id) (\($0))" } ?? "\(track.id)"
        let frames = "\(areas.count) of frames \(track.firstFrame)-\(track.lastFrame)"
        let ends = Set([boxes.first, boxes.last].compactMap { $0 }).count == 1 ? boxes.prefix(1) : [boxes[0], boxes[boxes.count - 1]]
        return "\(name): \(frames), \(areas.min() ?? 0) to \(areas.max() ?? 0) pixels, box " + ends.joined(separator: " ... ")
    }

    private func box(_ box: BoundingBox) -> String { "[\(box.left), \(box.top), \(box.width), \(box.height)]" }

    /// Frame numbers in short form: "0-59", "0-76, every 4" or the first few.
    private func ranges(_ frames: [Int]) -> String {
        guard let first = frames.first, let last = frames.last, frames.count > 1 else {
            return frames.first.map(String.init) ?? "none"
        }
        let steps = Set(zip(frames.dropFirst(), frames).map { $0 - $1 })
        if steps == [1] { return "\(first)-\(last)" }
        if steps.count == 1, let step = steps.first { return "\(first)-\(last), every \(step)" }
        return frames.prefix(6).map(String.init).joined(separator: ", ") + (frames.count > 6 ? " ... \(last)" : "")
    }
}
