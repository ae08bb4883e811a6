import ArgumentParser
import DAMVideo

@main
struct DAMVideoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "damvideo",
        abstract: "Detailed captions for every tracked object in a video.",
        discussion: "To start: damvideo caption clip.mp4 finds what moves in a clip and writes a caption for each object.",
        version: CaptionDocument.version,
        groupedSubcommands: [
            CommandGroup(name: "Caption", subcommands: [CaptionCommand.self, DescribeCommand.self, MergeCommand.self]),
            CommandGroup(name: "Object", subcommands: [TrackCommand.self, DetectCommand.self, MasksCommand.self]),
            CommandGroup(name: "Service", subcommands: [ServeCommand.self, FrigateCommand.self, WorkerCommand.self]),
            CommandGroup(
                name: "Model", subcommands: [PullCommand.self, ModelsCommand.self, InspectCommand.self, QuantizeCommand.self]),
            CommandGroup(name: "Training data", subcommands: [SDPCommand.self]),
            CommandGroup(
                name: "Measuring",
                subcommands: [EvaluateCommand.self, BenchCommand.self, DriftCommand.self, VerifyCommand.self]),
        ])

    static func main() {
        Program.begin()
        do {
            var command = try parseAsRoot(ProgramArguments.all)
            Program.requireThreads()
            try command.run()
        } catch {
            Program.end(error)
        }
    }
}
