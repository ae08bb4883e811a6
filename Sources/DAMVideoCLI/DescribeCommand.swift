import ArgumentParser
import DAMVideo

struct DescribeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Describe the masked region of a picture; the text is printed as it is generated.")

    @Argument(help: "The picture: PNG, JPEG, anything FFmpeg decodes.")
    var image: String

    @Option(help: "A mask of the same size, any pixel but 0 inside. Default: the picture's alpha channel.")
    var mask: String?

    @OptionGroup var model: ModelOptions
    @OptionGroup var generation: GenerationArguments

    func run() throws {
        try reportingErrors {
            let options = generation.options
            try options.validate()
            let describer = ImageDescriber(try model.load())
            _ = try describer.describe(image: image, mask: mask, options: options) { try Console.result($0) }
            try Console.result("\n")
        }
    }
}
