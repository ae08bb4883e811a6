import ArgumentParser
import DAMVideo
import DataPipeline
import Imaging
import Masks
import ObjectTracking

struct SDPRegionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regions",
        abstract: "Make regions from annotations.",
        discussion: """
            Sources are recognised by their content: COCO, LVIS and PACO JSON, panoptic JSON with PNGs, SA-1B (a JSON per picture), \
            YouTube-VIS, SA-V, a list of COCO results (with --images), a CSV of image, annotation, label; folders of such files, of label \
            PNGs (with --media), or of clips each with a folder masks; clips, with --masks in any format that damvideo masks reads.
            """)

    @Argument(help: "Annotations, folders of them, or clips.")
    var sources: [String]

    @OptionGroup var output: SDPOutputOptions

    @Option(help: ArgumentHelp("Name of the source, a prefix of ids. Default: that of the file or folder.", valueName: "name"))
    var name: String?

    @OptionGroup var root: SDPMediaOptions

    @Option(help: ArgumentHelp("Folder of the pictures or clips. Default: the annotations' own.", valueName: "dir"))
    var media: String?

    @Option(help: ArgumentHelp("Masks of clips: one path for each, or one for all; PNGs of a panoptic file.", valueName: "path"))
    var masks: [String] = []

    @OptionGroup(title: "Masks") var reading: MaskReadingOptions

    @Option(help: ArgumentHelp("COCO file that lists the pictures of the detections.", valueName: "file"))
    var images: String?

    @Option(help: ArgumentHelp("Name of a class given by number in the sources (repeatable).", valueName: "id=name"))
    var labels: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("Frames of a clip to show a captioner.", valueName: "n"))
    var frames = 8

    @Option(help: ArgumentHelp(
        "Instances by frame (detections): masklets that match none are parts and are dropped, the others get the class.",
        valueName: "path"))
    var instances: String?

    @Option(help: ArgumentHelp("SAM 2, which makes masks from boxes. Default: boxes without masks are dropped.", valueName: "path"))
    var sam: String?

    @OptionGroup(title: "Rules") var rules: SDPRuleOptions

    func validate() throws {
        guard !sources.isEmpty else { throw ValidationError("Give at least one source.") }
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

/// Options for selecting regions.
struct SDPRuleOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Least pixels.", valueName: "n"))
    var minArea = RegionRules().leastArea

    @Option(parsing: .unconditional, help: ArgumentHelp("Minimum share of the picture's area.", valueName: "share"))
    var minShare = RegionRules().leastShare

    @Option(parsing: .unconditional, help: ArgumentHelp("Maximum share of the picture's area.", valueName: "share"))
    var maxShare = RegionRules().largestShare

    @Option(parsing: .unconditional, help: ArgumentHelp("Minimum width and height, in pixels.", valueName: "n"))
    var minSide = RegionRules().leastSide

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Minimum share of the pixels in the largest connected component.", valueName: "share"))
    var minPart = RegionRules().leastPart

    @Flag(help: "Drop regions at the picture's border.")
    var noBorder = false

    @Option(parsing: .unconditional, help: ArgumentHelp("IoU above which regions count as duplicates.", valueName: "iou"))
    var duplicateIou = RegionRules().duplicateIoU

    @Option(parsing: .unconditional, help: ArgumentHelp("Minimum score of the detector.", valueName: "score"))
    var minScore: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Minimum score of the mask, such as SAM's predicted IoU.", valueName: "score"))
    var minMaskScore: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Maximum regions of a picture, best first. The paper: 2.", valueName: "n"))
    var perImage: Int?

    @Flag(help: "At most one region of a class per picture, as in the paper.")
    var distinctClasses = false

    @Option(parsing: .unconditional, help: ArgumentHelp("Maximum regions of a class.", valueName: "n"))
    var capClass: Int?

    @Option(help: ArgumentHelp("Leave out pictures equal or similar to those of a folder, or of a file of hashes.", valueName: "path"))
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
