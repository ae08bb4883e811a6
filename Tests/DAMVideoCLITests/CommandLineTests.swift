import Foundation
import TestSupport
import Testing

/// If these fail, an ordinary command line is not understood, or its messages cannot be read.
struct CommandLineTests {
    private static let plan = ["caption", Courtyard.clip, "--masks", Courtyard.masks, "--model", Fixtures.model(.damA), "--dry-run"]

    /// A usage error is one line with a hint, not a page.
    @Test(arguments: [
        ["caption"], ["inspect"], ["caption", "--still-rate", "1e19"], ["caption", "--seed"], ["nothing"], plan + ["--start", "-1"],
        plan + ["--duration", "-1"], plan + ["--still-rate", "-5"], plan + ["--still-rate", "nan"], plan + ["--frames", "x"],
        ["track", Courtyard.clip, "--point", "1e300,2", "--at", "0", "-o", "x"],
        ["track", Courtyard.clip, "--box", "1,2,3", "--at", "0", "-o", "x"],
    ])
    func usageErrorsAreOneLine(_ arguments: [String]) throws {
        let run = try CommandRun(arguments)
        #expect(run.status == 64 && run.lines.count == 1 && run.output.isEmpty, "\(run.status) \(run.errors)")
        #expect(run.errors.contains("--help says more"), "\(run.errors)")
    }

    @Test func acceptsNegativeValues() throws {
        for (option, value) in [
            ("--mask-frame-offset", "-1"), ("--start", "-1"), ("--temperature", "-1"), ("--frames", "-1"), ("--batch", "-1"),
            ("--track", "-1"),
        ] {
            let apart = try CommandRun(Self.plan + [option, value]), together = try CommandRun(Self.plan + ["\(option)=\(value)"])
            #expect(apart.status == together.status && apart.errors == together.errors, "\(option): \(apart.errors)")
            #expect(!apart.errors.contains("Missing value"))
        }
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "out").path
            let run = try CommandRun(["track", Courtyard.clip, "--box", "-5,-5,60,60", "--at", "0", "-o", output, "--quiet"])
            #expect(run.status == 0, "\(run.errors)")
        }
    }

    /// Text from files is shown without control sequences and at limited length.
    @Test(arguments: [
        "\\u001b]0;title\\u0007\\u001b[2J\\ndamvideo: all is well", String(repeating: "a", count: 20_000), "\\u202eevil", "\\u009b1m",
    ])
    func messagesAreOnePlainLine(_ value: String) throws {
        try withTemporaryDirectory { folder in
            let model = folder.appending(path: "model")
            try FileManager.default.copyItem(atPath: Fixtures.model(.damA), toPath: model.path)
            let file = model.appending(path: "llm/config.json")
            let text = try String(contentsOf: file, encoding: .utf8)
                .replacing(/"hidden_act": *"[a-z]+"/) { _ in "\"hidden_act\": \"\(value)\"" }
            try FileManager.default.removeItem(at: file)
            try Data(text.utf8).write(to: file)
            let run = try CommandRun(["inspect", model.path])
            #expect(run.status == 69 && run.lines.count == 1 && run.errors.contains("hidden_act"), "\(run.errors)")
            #expect(run.errors.utf8.count < 2000)
            let commands = run.errors.unicodeScalars.dropLast().filter {
                $0.properties.generalCategory == .control || $0.properties.isBidiControl
            }
            #expect(commands.isEmpty)
        }
    }

    /// A name with a line break cannot fake a line of a report.
    @Test func namesCannotFakeReportLines() throws {
        try withTemporaryDirectory { folder in
            let masks = folder.appending(path: "a\nb").path
            try FileManager.default.createSymbolicLink(atPath: masks, withDestinationPath: Courtyard.masks)
            for arguments in [["masks", masks], ["caption", Courtyard.clip, "--masks", masks, "--dry-run"]] {
                let run = try CommandRun(arguments)
                #expect(run.status == 0 && run.text.contains("a\\u{a}b"), "\(run.text)")
            }
        }
    }

    /// A fault shown in a report is also on stderr, for scripts that keep only that.
    @Test func faultsInReportsAreOnStderr() throws {
        try withTemporaryDirectory { folder in
            let model = folder.appending(path: "model")
            try FileManager.default.copyItem(atPath: Fixtures.model(.damA), toPath: model.path)
            try FileManager.default.removeItem(at: model.appending(path: "mm_projector/model.safetensors"))
            for arguments in [["inspect", model.path], ["inspect", model.path, "--json"]] {
                let run = try CommandRun(arguments)
                #expect(run.status == 69 && run.lines.count == 1, "\(run.errors)")
            }
        }
    }
}
