import ArgumentParser
import DAMVideo
import DataPipeline
import Imaging
import Masks
import ObjectTracking

struct SDPRegionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regions",
        abstract: "Make regions of annotations.",
        discussion: """
            Sources are told by their content: COCO, LVIS and PACO JSON, panoptic JSON with PNGs, SA-1B (a JSON a picture), YouTube-VIS, \
            SA-V, a list of COCO results (with --images), a CSV of image, annotation, label; folders of such files, of label PNGs (with \
            --media), or of clips with a folder masks beside each; clips, with --masks in any layout that damvideo masks reads.
            """)

    @Argument(help: "Annotations, folders of them, or clips.")
    var sources: [String]

    @OptionGroup var output: SDPOutputOptions

    @Option(help: ArgumentHelp("Name of the source, in front of ids. Default: that of the file or folder.", valueName: "name"))
    var name: String?

    @OptionGroup var root: SDPMediaOptions

    @Option(help: ArgumentHelp("Folder of the pictures or clips. Default: the annotations' own.", valueName: "dir"))
    var media: String?

    @Option(help: ArgumentHelp("Masks of clips: one for each, or one for all; PNGs of a panoptic file.", valueName: "path"))
    var masks: [String] = []

    @OptionGroup(title: "Masks") var reading: MaskReadingOptions

    @Option(help: ArgumentHelp("COCO file with the pictures of a list of detections.", valueName: "file"))
    var images: String?

    @Option(help: ArgumentHelp("Name of a class that sources have as a number. May be given several times.", valueName: "id=name"))
    var labels: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("Frames of a clip that a captioner is shown.", valueName: "n"))
    var frames = 8

    @Option(help: ArgumentHelp(
        "Instances by frame (detections): masklets that match none are parts and are dropped, the others take the class.",
        valueName: "path"))
    var instances: String?

    @Option(help: ArgumentHelp("SAM 2, which makes masks of boxes. Default: boxes without masks are dropped.", valueName: "path"))
    var sam: String?

    @OptionGroup(title: "Rules") var rules: SDPRuleOptions

    func validate() throws {
        guard !sources.isEmpty else { throw ValidationError("Give a source at least.") }
        guard (1...4096).contains(frames) else { throw ValidationError("--frames \(frames): expected 1 to 4096") }
        _ = try names()
    }

    func run() throws {
        try reportingErrors {
            var settings = RegionSettings()
            (settings.name, settings.mediaRoot, settings.media, settings.masks) = (name, root.mediaRoot, media, masks)
            (settings.maskSettings, settings.pictures, settings.labels) = (reading.settings(), images, try names())
            (settings.frames, settings.instances) = (frames, instances)
            let segmentation = try sam.map { path in
                let found = try ModelStore.console.segmentation(path)
                return (path: found, load: { try SegmentationModel(path: found) })
            }
            let step = RegionStep(settings, rules: rules.rules, excluded: rules.exclude, segmentation: segmentation)
            try output.run { target, _ in
                let (result, notes) = try step.run(sources, target)
                if !output.work.quiet { notes.forEach { Console.notice($0) } }
                return result
            }
        }
    }

    private func names() throws -> [Int: String] {
        var names: [Int: String] = [:]
        for label in labels {
            let parts = label.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let id = Int(parts[0]) else {
                throw ValidationError("--labels \(label): expected a number, = and a name")
            }
            names[id] = String(parts[1])
        }
        return names
    }
}

/// Rules that regions are taken by.
struct SDPRuleOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Least pixels.", valueName: "n"))
    var minArea = RegionRules().leastArea

    @Option(parsing: .unconditional, help: ArgumentHelp("Least share of the picture.", valueName: "share"))
    var minShare = RegionRules().leastShare

    @Option(parsing: .unconditional, help: ArgumentHelp("Largest share of the picture.", valueName: "share"))
    var maxShare = RegionRules().largestShare

    @Option(parsing: .unconditional, help: ArgumentHelp("Least width and height, in pixels.", valueName: "n"))
    var minSide = RegionRules().leastSide

    @Option(parsing: .unconditional, help: ArgumentHelp("Least share of the pixels that hang together.", valueName: "share"))
    var minPart = RegionRules().leastPart

    @Flag(help: "Drop regions at the picture's border.")
    var noBorder = false

    @Option(parsing: .unconditional, help: ArgumentHelp("IoU above which two regions are one.", valueName: "iou"))
    var duplicateIou = RegionRules().duplicateIoU

    @Option(parsing: .unconditional, help: ArgumentHelp("Least score of the detector.", valueName: "score"))
    var minScore: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Least score of the mask, such as SAM's expected IoU.", valueName: "score"))
    var minMaskScore: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Most regions of a picture, the best. The paper: 2.", valueName: "n"))
    var perImage: Int?

    @Flag(help: "One region of a class in a picture, as in the paper.")
    var distinctClasses = false

    @Option(parsing: .unconditional, help: ArgumentHelp("Most regions of a class.", valueName: "n"))
    var capClass: Int?

    @Option(help: ArgumentHelp("Leave out pictures that are, or look like, those of a folder, or of a file of hashes.", valueName: "path"))
    var exclude: [String] = []

    func validate() throws {
        for (name, value) in [("--min-share", minShare), ("--max-share", maxShare), ("--min-part", minPart),
            ("--duplicate-iou", duplicateIou)] {
            guard (0...1).contains(value) else { throw ValidationError("\(name) \(value): expected 0 to 1") }
        }
        for (name, value) in [("--per-image", perImage), ("--cap-class", capClass)] {
            if let value, value < 1 { throw ValidationError("\(name) \(value): expected 1 or more") }
        }
    }

    var rules: RegionRules {
        var rules = RegionRules()
        (rules.leastArea, rules.leastShare, rules.largestShare, rules.leastSide) = (minArea, minShare, maxShare, minSide)
        (rules.leastPart, rules.dropsBorder, rules.duplicateIoU) = (minPart, noBorder, duplicateIou)
        (rules.leastScore, rules.leastMaskScore, rules.perImage) = (minScore, minMaskScore, perImage)
        (rules.hasDistinctClasses, rules.perClass) = (distinctClasses, capClass)
        return rules
    }
}
