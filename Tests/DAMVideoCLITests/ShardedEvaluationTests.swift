import Foundation
import TestSupport
import Testing

/// If these fail, scores of a sharded benchmark differ from those of the whole.
struct ShardedEvaluationTests {
    private static let scenes = [
        "evaluate", "scenes", Fixtures.sample("scenes/clips"), "--model", Fixtures.model(.damA), "--clips", "3", "--json", "--quiet",
    ]

    @Test(arguments: [[], ["--find"]]) func sceneReportsAreMerged(_ more: [String]) throws {
        try withTemporaryDirectory { folder in
            let whole = try CommandRun(Self.scenes + more)
            #expect(whole.status == 0, "\(whole.errors)")
            #expect(try CommandRun(Self.scenes + more + ["--shard", "0/1"]).output == whole.output)
            var shards: [String] = []
            for index in 0..<2 {
                let run = try CommandRun(Self.scenes + more + ["--shard", "\(index)/2"])
                #expect(run.status == 0, "\(run.errors)")
                shards.append(folder.path + "/\(index).json")
                try run.output.write(to: URL(filePath: shards[index]))
            }
            let merged = try CommandRun(["merge", shards[1], shards[0], "--json"])
            #expect(merged.status == 0 && merged.output == whole.output, "\(merged.errors)")
            let missing = try CommandRun(["merge", shards[0], "--json"])
            #expect(missing.status == 65 && missing.lines.count == 1 && missing.errors.contains("2 of 3 clips, no shard 1/2"))
            let double = try CommandRun(["merge", shards[0], shards[1], shards[0]])
            #expect(double.status == 65 && double.errors.contains("clip 600006, which is also in"))
        }
    }

    @Test func captionsOfRegionsAreMerged() throws {
        try DLCSample.withFolder { folder in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            func run(_ output: String, _ more: [String]) throws -> CommandRun {
                try CommandRun(
                    ["evaluate", "dlc-bench", folder.path, "--outputs", path(output), "--model", Fixtures.model(.damA), "--offline"] + more)
            }
            #expect(try run("whole.json", ["--quiet"]).status == 65)
            // The fifth has nothing to do.
            for index in 0..<5 {
                let shard = try run("\(index).json", ["--shard", "\(index)/5"])
                #expect(shard.status == 0, "\(shard.errors)")
                #expect(shard.errors.contains("shard \(index)/5: \(index < 4 ? 1 : 0) regions are captioned"), "\(shard.errors)")
            }
            let shards = (0..<5).map { path("\($0).json") }
            let text = try CommandRun(["merge", "--benchmark", folder.path] + shards.reversed())
            #expect(try text.output == Data(contentsOf: URL(filePath: path("whole.json"))), "\(text.errors)")
            let missing = try CommandRun(["merge", "--benchmark", folder.path] + shards.dropFirst())
            #expect(missing.status == 65 && missing.errors.contains("no caption of 1 of 4 regions"))
            let double = try CommandRun(["merge", "--benchmark", folder.path] + shards + [shards[1]])
            #expect(double.status == 65 && double.errors.contains("which another shard also has"))
            let judged = try run("judged.json", ["--shard", "0/2", "--csv", path("x.csv")])
            #expect(judged.status == 64 && judged.lines.count == 1)
        }
    }

    @Test func otherFilesAreRefused() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "x.json").path
            for text in ["[]", "{\"clips\": 3}", "nonsense"] {
                try Data(text.utf8).write(to: URL(filePath: file))
                let run = try CommandRun(["merge", file])
                #expect(run.status == 65 && run.lines.count == 1, "\(run.errors)")
            }
            #expect(try CommandRun(["merge", file + "x"]).status == 66)
            #expect(try CommandRun(["merge", folder.path + "/"]).status == 65)
            #expect(try CommandRun(["merge"]).status == 64)
        }
    }
}
