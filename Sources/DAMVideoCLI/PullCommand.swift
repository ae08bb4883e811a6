import ArgumentParser
import Foundation
import Imaging
import ModelCache
import ModelHub

struct PullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetch a model by name, and print its folder.",
        discussion: """
            The files that are needed go into the cache shared with hf download (HF_HOME, HF_HUB_CACHE); \
            --model, --sam and --detector then accept the name. HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE work as for hf. \
            The same command resumes an interrupted pull. damvideo models list shows the short names.

            Exit codes: 64 usage, or a licence to be accepted; 65 wrong content; 66 no such model, or no access; 69 a model of \
            another kind; 74 no connection, or no room.
            """)

    @Argument(help: ArgumentHelp("owner/name, optionally with @ and a branch, tag or commit, or a short name.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp(
        "The file to fetch if a model has several: an ONNX file, or the authors' .pt of SAM 2.", valueName: "path"))
    var file: String?

    // The American spelling.
    @Flag(name: [.customLong("accept-licence"), .customLong("accept-license")], help: "Accept the licence of non-commercial weights.")
    var acceptsLicence = false

    @Flag(name: [.customShort("q"), .long], help: "Show no progress.")
    var quiet = false

    func run() throws {
        try reportingErrors {
            guard let model = ModelName(name) else { throw ModelsCommand.unknown(name) }
            let display = TransferDisplay(subject: "\(model)", isQuiet: quiet)
            Program.interruption.handle { cause in
                Program.end(cause, saved: "downloaded data is kept, and the same command resumes")
            }
            let pull = try ModelPull(HubEnvironment(), options: .init(file: file, acceptsLicence: acceptsLicence)) { display.show($0) }
            defer { display.end() }
            let snapshot = try pull.pull(model)
            display.end()
            try Console.result("\(snapshot.path)\n")
        }
    }
}
