import ArgumentParser
import Foundation
import Imaging
import ModelCache

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List, show and remove fetched models.",
        subcommands: [List.self, Show.self, Remove.self],
        defaultSubcommand: List.self)

    static func unknown(_ text: String) -> InputError {
        InputError(
            .usage, "\"\(text)\"", found: "not a model name",
            expected: "owner/name[@revision], or a short name (damvideo models list)")
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the models in the cache, and models known to work.")

        @Flag(help: "Print the list as JSON.")
        var json = false

        func run() throws {
            try reportingErrors {
                let report = ModelsReport(HubEnvironment().cache)
                if json { try Console.result(json: report) } else { try Console.result(ModelsTable.text(report)) }
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a model in the cache: its folder, kind, licence, revisions and files.")

        @Argument(help: ArgumentHelp("owner/name[@revision], or a short name.", valueName: "name"))
        var name: String

        @Flag(help: "Print it as JSON.")
        var json = false

        func run() throws {
            try reportingErrors {
                guard let model = ModelName(name) else { throw ModelsCommand.unknown(name) }
                let cache = HubEnvironment().cache
                guard let entry = ModelsReport.Cached(cache.repository(model), revision: model.revision) else {
                    throw InputError(
                        .notFound, name, found: "no such model in \(cache.folder)",
                        expected: "one of the list (damvideo pull \(name) fetches it)")
                }
                if json { try Console.result(json: entry) } else { try Console.result(ModelsTable.text(entry)) }
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm",
            abstract: "Remove a model from the cache, or one revision of it.",
            discussion: "Other programs use the same cache: the model is gone for them too.")

        @Argument(help: ArgumentHelp("owner/name, which removes all of it, owner/name@revision, or a short name.", valueName: "name"))
        var name: String

        func run() throws {
            try reportingErrors {
                guard let model = ModelName(name) else { throw ModelsCommand.unknown(name) }
                let freed = try HubEnvironment().cache.repository(model).remove(model.revision)
                Console.notice("\(model): removed, \(ByteText.size(freed)) are free")
            }
        }
    }
}
