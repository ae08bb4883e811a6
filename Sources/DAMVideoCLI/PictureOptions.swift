import ArgumentParser

/// Options for renderings and reports.
struct PictureOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Write the clip with outlines, ids and captions burned in: MP4 with H.264, without sound. A folder takes files named like the "
            + "clips (clip.damvideo.mp4).",
        valueName: "file"), completion: .file())
    var render: String?

    @Option(help: ArgumentHelp(
        "Write a report with each track's caption and the frames and views shown to the model: one HTML file that needs no network. Or "
            + "a folder.",
        valueName: "file"), completion: .file())
    var report: String?
}
