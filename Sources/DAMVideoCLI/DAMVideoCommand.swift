import ArgumentParser
import DAMVideo

@main
struct DAMVideoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "damvideo",
        abstract: "Detailed captions for every tracked object in a video.",
        version: CaptionDocument.version,
        subcommands: [
            CaptionCommand.self, DescribeCommand.self, DetectCommand.self, MasksCommand.self, TrackCommand.self, VerifyCommand.self,
            InspectCommand.self, QuantizeCommand.self, DriftCommand.self, BenchCommand.self, EvaluateCommand.self, ServeCommand.self,
            WorkerCommand.self, MergeCommand.self, SDPCommand.self, PullCommand.self, ModelsCommand.self,
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
