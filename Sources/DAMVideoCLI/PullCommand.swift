import ArgumentParser
import Foundation
import Imaging
import ModelCache
import ModelHub

struct PullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetch a model by its name; its folder is printed.",
        discussion: """
            What the loader needs goes into the cache that hf download fills too (HF_HOME, HF_HUB_CACHE), once for all programs; \
            --model, --sam and --detector take the name then. HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE mean what they mean to hf. \
            A pull that was cut short is gone on with by the same command. damvideo models list shows the short names.

            Exit codes: 64 usage, or a licence to be accepted; 65 wrong content; 66 no such model, or no access; 69 a model of \
            another kind; 74 no connection, or no room.
            """)

    @Argument(help: ArgumentHelp("owner/name, with a branch, tag or commit behind an @, or a short name.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp(
        "The file that is meant where a model has several: an ONNX file, or the authors' .pt of SAM 2.", valueName: "path"))
    var file: String?

    // The other spelling is what an American types.
    @Flag(name: [.customLong("accept-licence"), .customLong("accept-license")], help: "Accept the licence of non-commercial weights.")
    var acceptsLicence = false

    @Flag(name: [.customShort("q"), .long], help: "Show no progress.")
    var quiet = false

    func run() throws {
        try reportingErrors {
            guard let model = ModelName(name) else { throw ModelsCommand.unknown(name) }
            let display = TransferDisplay(subject: "\(model)", isQuiet: quiet)
            Program.interruption.handle { cause in
                Program.end(cause, saved: "what has come is kept, and the same command goes on from there")
            }
            let pull = try ModelPull(HubEnvironment(), options: .init(file: file, acceptsLicence: acceptsLicence)) { display.show($0) }
            defer { display.end() }
            let snapshot = try pull.pull(model)
            display.end()
            try Console.result("\(snapshot.path)\n")
        }
    }
}
