import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, machines of a cluster skip clips, do them twice, or give different captions from one machine.
struct ShardCommandTests {
    private func caption(
        _ folder: ClipFolder, _ more: [String], environment: [String: String] = [:]
    ) throws -> CommandRun {
        try CommandRun(
            ["caption", "-a", folder.list, "--masks", folder.masks, "--model", Fixtures.model(.damA), "--max-new-tokens", "2"] + more,
            environment: environment)
    }

    private func merge(_ folder: ClipFolder, _ more: [String]) throws -> CommandRun { try CommandRun(["merge", "-a", folder.list] + more) }

    /// More shards than clips; all write concurrently to the same folder, which does not exist yet.
    @Test func shardsEqualOneRun() throws {
        try withClips(3) { folder in
            let one = try caption(folder, ["-o", folder.path + "/one", "--format", "jsonl", "--format", "json"])
            #expect(one.status == 0, "\(one.errors)")
            let runs = ConcurrentRuns(5) { index in
                try caption(folder, ["-o", folder.path + "/many", "--format", "jsonl", "--format", "json", "--shard", "\(index)/5"])
            }
            for (index, run) in try runs.results().enumerated() {
                #expect(run.status == 0, "\(run.errors)")
                #expect(run.lines.contains("damvideo: shard \(index)/5: \(index < 3 ? 1 : 0) of 3 clips"), "\(run.errors)")
            }
            #expect(try contents(of: folder.path + "/many") == contents(of: folder.path + "/one"))
            let again = try caption(folder, ["-o", folder.path + "/many", "--format", "jsonl", "--resume", "--shard", "1/5"])
            #expect(again.status == 0 && again.errors.contains("b.mp4: finished already"))
            #expect(try caption(folder, ["-o", folder.path + "/many", "--shard", "1/5"]).status == 73)
            let check = try merge(folder, ["--check", folder.path + "/many"])
            #expect(check.status == 0 && check.errors.contains("3 clips, 6 tracks, 0 without a caption; nothing is missing or duplicated"))
        }
    }

    /// Each shard writes its own file; the merged file has the clips in order of the list.
    @Test func linesOfShardsAreMerged() throws {
        try withClips(5) { folder in
            let lines = ["-o", "-", "--format", "jsonl", "--batch", "1"]
            let one = try caption(folder, lines + ["--shard", "0/1"])
            #expect(one.status == 0 && !one.errors.contains("shard"), "\(one.errors)")
            for index in 0..<3 {
                let run = try caption(folder, lines + ["--shard", "\(index)/3"])
                try run.output.write(to: URL(filePath: folder.path + "/\(index).jsonl"))
            }
            let shards = (0..<3).map { folder.path + "/\($0).jsonl" }
            let whole = try merge(folder, shards.reversed())
            #expect(whole.status == 0, "\(whole.errors)")
            #expect(withoutSeconds(whole.text) == withoutSeconds(one.text))

            let missing = try merge(folder, [shards[0], shards[2]])
            #expect(missing.status == 65 && missing.output.isEmpty)
            #expect(missing.errors.contains("2 of 5 clips: \(folder.path)/b.mp4, \(folder.path)/e.mp4"))
            let rest = try merge(folder, [shards[0], shards[2], "--keep-going"])
            #expect(rest.status == 3 && rest.text.contains("/c.mp4") && !rest.text.contains("/b.mp4"))
            let double = try merge(folder, shards + [shards[1]])
            #expect(double.status == 65 && double.lines.count == 1 && double.errors.contains("/b.mp4 twice"))
            let unlisted = try CommandRun(["merge"] + shards)
            #expect(unlisted.status == 64 && unlisted.errors.contains("--batch-file"))

            // A shard that was killed in the middle of a line.
            let text = try Data(contentsOf: URL(filePath: shards[1]))
            try text.dropLast(9).write(to: URL(filePath: shards[1]))
            let cut = try merge(folder, shards)
            #expect(cut.status == 65 && cut.lines.count == 1 && cut.errors.contains("did not finish"))
        }
    }

    /// A single clip is divided by tracks; track 4's mask is missing in a sampled frame.
    @Test(arguments: ["jsonl", "json"]) func tracksOfAClipAreDivided(_ format: String) throws {
        try withTemporaryDirectory { folder in
            func run(_ more: [String]) throws -> CommandRun {
                try CommandRun(
                    ["caption", Courtyard.clip, "--masks", Courtyard.masks, "--model", Fixtures.model(.damA), "--max-new-tokens", "2",
                     "--sampling", "clip", "--frames", "4", "--format", format, "-o", folder.path] + more)
            }
            #expect(try run([]).status == 3)
            for index in 0..<3 {
                let shard = try run(["--shard", "\(index)/3"])
                #expect(shard.status == (index == 0 ? 3 : 0), "\(shard.errors)")
                #expect(shard.lines.contains("damvideo: shard \(index)/3: \(index == 2 ? 1 : 2) of 5 tracks"))
            }
            let shards = (0..<3).map { folder.path + "/clip.damvideo.\($0)-of-3.\(format)" }, whole = folder.path + "/whole.\(format)"
            let merged = try CommandRun(["merge", shards[2], shards[0], shards[1], "-o", whole])
            #expect(merged.status == 0, "\(merged.errors)")
            func text(_ path: String) throws -> String { withoutSeconds(try String(contentsOfFile: path, encoding: .utf8)) }
            #expect(try text(whole) == text(folder.path + "/clip.damvideo.\(format)"))
            #expect(try CommandRun(["merge", shards[2], shards[0], shards[1], "-o", whole]).status == 73)

            let missing = try CommandRun(["merge", shards[0], shards[2]])
            #expect(missing.status == 65 && missing.errors.contains("no shard 1/3"))
            let double = try CommandRun(["merge", shards[0], shards[1], shards[1], shards[2]])
            #expect(double.status == 65 && double.errors.contains("shard 1/3 of \(Courtyard.clip) twice"))
            let other = try run(["--shard", "1/3", "--seed", "5", "--overwrite"])
            #expect(other.status == 0)
            #expect(try CommandRun(["merge"] + shards).errors.contains("another clip, model or options than in"))
        }
    }

    @Test func repeatedWorkIsRefused() throws {
        let model = ["--model", Fixtures.model(.damA), "--shard", "0/2"]
        let found = try CommandRun(["caption", Courtyard.clip] + model)
        #expect(found.status == 64 && found.lines.count == 1 && found.errors.contains("objects to be found"))
        try withTemporaryDirectory { folder in
            try FileManager.default.copyItem(atPath: Courtyard.masks + "/00030.png", toPath: folder.path + "/00030.png")
            let carried = try CommandRun(["caption", Courtyard.clip, "--masks", folder.path] + model)
            #expect(carried.status == 64 && carried.lines.count == 1 && carried.errors.contains("masks to be carried"))
        }
        let page = try CommandRun(["caption", Courtyard.clip, "--masks", Courtyard.masks, "--report", "/tmp/none.html"] + model)
        #expect(page.status == 64 && page.lines.count == 1)
    }

    @Test(arguments: ["3/3", "0/0", "x", "env"]) func refusesInvalidShards(_ shard: String) throws {
        let run = try CommandRun(["caption", Courtyard.clip, "--masks", Courtyard.masks, "--shard", shard])
        #expect(run.status == 64 && run.lines.count == 1 && run.errors.contains("shard"), "\(run.errors)")
    }

    /// Two clips with the same name are refused by every shard, although each would write only one of them.
    @Test func outputsOfOtherShardsCount() throws {
        try withClips(1) { folder in
            try FileManager.default.createDirectory(atPath: folder.path + "/x", withIntermediateDirectories: false)
            try FileManager.default.copyItem(atPath: folder.path + "/a.mp4", toPath: folder.path + "/x/a.mp4")
            try Data("a.mp4\nx/a.mp4\n".utf8).write(to: URL(filePath: folder.list))
            let run = try caption(folder, ["-o", folder.path + "/out", "--shard", "0/2"])
            #expect(run.status == 64 && run.errors.contains("found two clips"))
        }
    }
}
