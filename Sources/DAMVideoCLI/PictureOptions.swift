import ArgumentParser
import DAMVideo

/// What is written for people to look at, beside the captions.
struct PictureOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Write the clip with outlines, ids and captions burned in (H.264, no sound).", valueName: "file.mp4"))
    var render: String?

    @Option(help: ArgumentHelp(
        "Write a page with each track's caption and the frames and views the model was shown; needs no network.",
        valueName: "file.html"))
    var report: String?

    /// Checks, before any work is done, that they can be made and written.
    func check(clip: String, overwrites: Bool) throws {
        guard render != nil || report != nil else { return }
        try ClipPlan.checkReadable(again: clip)
        if let render { try ClipPlan.checkRendering(to: render) }
        for path in [render, report].compactMap(\.self) { try OutputFile.check(path, overwrites: overwrites) }
        if let render, render == report { throw DAMVideoError(.usage, "\(render): found for two outputs, expected one") }
    }

    func write(_ document: CaptionDocument, of plan: ClipPlan, progress: (CaptionProgress) throws -> Void) throws {
        if let render { try plan.render(document, to: render, progress: progress) }
        if let report { try plan.report(document, to: report, progress: progress) }
    }
}
