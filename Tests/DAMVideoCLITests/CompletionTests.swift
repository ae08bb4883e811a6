import Foundation
import TestSupport
import Testing

/// If these fail, shells do not complete the program's commands, options and files, or its help cannot become a manual page.
struct CompletionTests {
    private static let commands = [
        "caption", "describe", "detect", "masks", "track", "verify", "inspect", "quantize", "drift", "bench", "evaluate", "serve",
        "frigate", "worker", "merge", "pull", "models",
    ]

    @Test(arguments: ["bash", "zsh", "fish"])
    func everyShellKnowsEveryCommand(_ shell: String) throws {
        let run = try CommandRun(["--generate-completion-script", shell])
        #expect(run.status == 0 && run.errors.isEmpty)
        for command in Self.commands { #expect(run.text.contains(command), "\(shell): \(command)") }
        #expect(run.text.contains("--accept-licence") || run.text.contains("accept-licence"))
    }

    /// The completions that bash offers after some words, in a folder with the files a.mp4 and b.mp4.
    private func offered(_ words: [String]) throws -> Set<String> {
        try withTemporaryDirectory { folder in
            for name in ["a.mp4", "b.mp4"] { try Data().write(to: folder.appending(path: name)) }
            let script = folder.appending(path: "completion")
            try CommandRun(["--generate-completion-script", "bash"]).output.write(to: script)
            let line = words.joined(separator: " ")
            let call = """
                cd "$0" && source "$0/completion" || exit 1
                COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE='\(line)' COMP_POINT=\(line.count)
                _damvideo damvideo "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let run = try CommandRun(["-c", call, folder.path] + words, executable: URL(filePath: "/bin/bash"))
            #expect(run.status == 0, "\(run.errors)")
            return Set(run.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        }
    }

    @Test func bashCompletesCommandsOptionsValuesAndFiles() throws {
        #expect(try offered(["damvideo", "ca"]) == ["caption"])
        #expect(try offered(["damvideo", "models", "r"]) == ["rm"])
        #expect(try offered(["damvideo", "frigate", "--pass"]) == ["--password-file"])
        #expect(try offered(["damvideo", "quantize", "--language", "q"]) == ["q8", "q4"])
        #expect(try offered(["damvideo", "caption", ""]).isSuperset(of: ["a.mp4", "b.mp4"]))
        #expect(try offered(["damvideo", "caption", "--model", "a"]) == ["a.mp4"])
    }

    /// The form from which the argument parser's tool makes manual pages.
    @Test func helpIsMachineReadable() throws {
        struct Help: Decodable {
            struct Command: Decodable {
                let commandName: String
                let abstract: String?
                let subcommands: [Command]?
            }

            let command: Command
        }
        let run = try CommandRun(["--experimental-dump-help"])
        let root = try JSONDecoder().decode(Help.self, from: run.output).command
        let names = (root.subcommands ?? []).map(\.commandName)
        #expect(run.status == 0 && Set(names).isSuperset(of: Self.commands))
        #expect((root.subcommands ?? []).filter { $0.commandName != "help" }.allSatisfy { $0.abstract?.hasSuffix(".") == true })
    }

    /// The overview has each command in a group, and each command's help its exit codes or its usage.
    @Test func everyCommandHasHelp() throws {
        let overview = try CommandRun(["--help"]).text
        for group in ["CAPTION", "OBJECT", "SERVICE", "MODEL", "MEASURING"] {
            #expect(overview.contains("\n\(group) SUBCOMMANDS:\n"), "\(overview)")
        }
        for command in Self.commands {
            let help = try CommandRun(["help", command])
            #expect(help.status == 0 && help.text.hasPrefix("OVERVIEW: ") && help.text.contains("USAGE: damvideo \(command)"))
            // Defaults are stated only once.
            for line in help.text.split(separator: "\n") { #expect(!(line.contains("Default:") && line.contains("(default:")), "\(line)") }
        }
    }
}
