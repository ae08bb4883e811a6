import ArgumentParser
import DAMVideo

struct DescribeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Describe a region of a picture; the text is printed as it is generated.",
        discussion: """
            The region is a mask (--mask, or the picture's alpha channel), or what SAM 2 segments from points and a box \
            (--point, --box and --sam).

            Exit codes: 64 usage; 65 bad input; 66 input missing; 69 model missing or unusable; 74 input/output.
            """)

    @Argument(help: "The picture: PNG, JPEG, or any other format FFmpeg decodes.", completion: .file())
    var image: String

    @Option(help: "A mask of the same size, nonzero inside. Default: the picture's alpha channel.")
    var mask: String?

    @OptionGroup var region: RegionPromptOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var generation: GenerationArguments

    func validate() throws {
        guard mask == nil || region.prompt == nil else {
            throw ValidationError("Give either --mask or --point and --box.")
        }
    }

    func run() throws {
        try reportingErrors {
            let options = generation.options
            try options.generation.validate()
            let segmentation = try region.prompt.map { _ in try region.load() }
            let engine = CaptionEngine(try model.load()), describer = ImageDescriber(engine)
            defer { engine.end() }
            if let prompt = region.prompt, let segmentation {
                _ = try describer.describe(image: image, prompt: prompt, segmentation: segmentation, options: options) {
                    try Console.result($0)
                }
            } else {
                _ = try describer.describe(image: image, mask: mask, options: options) { try Console.result($0) }
            }
            try Console.result("\n")
        }
    }
}
