import ArgumentParser

/// Options of the files for people to look at, beside the captions.
struct PictureOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Write the clip with outlines, ids and captions burned in: MP4 with H.264, without sound. A folder takes files called like the clips (clip.damvideo.mp4).",
        valueName: "file"), completion: .file())
    var render: String?

    @Option(help: ArgumentHelp(
        "Write a page with each track's caption and the frames and views the model was shown: HTML, one file, no network needed. Or a folder.",
        valueName: "file"), completion: .file())
    var report: String?
}
