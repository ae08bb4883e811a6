import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, the recipes in Samples/cluster do not match the program.
struct ClusterRecipeTests {
    private func recipe(_ name: String) throws -> String { try String(contentsOfFile: Fixtures.sample("cluster/" + name), encoding: .utf8) }

    /// Runs the job's command in the environment of each of its pods, one of which is killed and recreated.
    @Test func podsOfAJobEqualOneRun() throws {
        let yaml = try recipe("job.yaml")
        let arguments = yaml.matches(of: #/\n            - (--?[^\n]+)/#).map { String($0.1) }
        let completions = try #require(yaml.firstMatch(of: #/completions: (\d+)/#)?.1), pods = try #require(Int(completions))
        #expect(yaml.contains("- name: \(Shard.countVariable)\n              value: \"\(pods)\""))
        try withClips(5) { folder in
            func call(_ output: String, _ more: [String], _ environment: [String: String] = [:]) throws -> CommandRun {
                let places = [
                    "/data/clips.txt": folder.list, "/data/masks": folder.masks, "/data/DAM-3B-Video": Fixtures.model(.damA),
                    "/results": output,
                ]
                let own = arguments.map { argument in
                    let parts = argument.split(separator: "=", maxSplits: 1)
                    guard parts.count == 2, let place = places[String(parts[1])] else { return argument }
                    return "\(parts[0])=\(place)"
                }
                let kept = own.filter { more.isEmpty || !$0.hasPrefix("--shard") }
                return try CommandRun(["caption"] + kept + more, environment: environment)
            }
            let one = folder.path + "/one", many = folder.path + "/many"
            #expect(try call(one, ["--shard=0/1"]).status == 0)
            for index in [3, 0, 7, 1, 6, 2, 5, 4] {
                let run = try call(many, [], ["JOB_COMPLETION_INDEX": "\(index)", Shard.countVariable: "\(pods)"])
                #expect(run.status == 0, "\(run.errors)")
            }
            #expect(try contents(of: many) == contents(of: one))
            // A pod that was killed in the middle of a line.
            let file = URL(filePath: many + "/b.damvideo.jsonl")
            try Data(contentsOf: file).dropLast(40).write(to: file)
            #expect(try CommandRun(["merge", "-a", folder.list, "--check", many]).status == 65)
            #expect(try call(many, [], ["JOB_COMPLETION_INDEX": "1", Shard.countVariable: "\(pods)"]).status == 0)
            #expect(try contents(of: many) == contents(of: one))
            #expect(try CommandRun(["merge", "-a", folder.list, "--check", many]).status == 0)
            #expect(try call(many, [], ["JOB_COMPLETION_INDEX": "1"]).status == 64)
        }
    }

    /// The job's failure policy maps each exit code to the right action.
    @Test func exitCodesMapToActions() throws {
        let yaml = try recipe("job.yaml")
        var actions: [Int: String] = [:]
        let policy = #/- action: (\w+)\n +onExitCodes:\n +containerName: damvideo\n +operator: In\n +values: \[([\d, ]+)\]/#
        for rule in yaml.matches(of: policy) {
            for code in rule.2.split(separator: ",") { actions[Int(code.filter { $0 != " " }) ?? -1] = String(rule.1) }
        }
        #expect(actions == [75: "Ignore", 3: "FailIndex", 65: "FailIndex", 64: "FailJob", 66: "FailJob", 69: "FailJob"])
        // Each rule refers to the existing container.
        #expect(yaml.contains("        - name: damvideo\n"))
        try withClips(1) { folder in
            func status(_ list: String, _ model: String) throws -> Int32 {
                try CommandRun(
                    ["caption", "-a", list, "--masks", folder.masks, "--model", model, "-o", folder.path + "/out", "--shard", "0/2"]).status
            }
            #expect(try actions[Int(status(folder.path + "/none.txt", Fixtures.model(.damA)))] == "FailJob")
            #expect(try actions[Int(status(folder.list, folder.path))] == "FailJob")
            try Data("no clip".utf8).write(to: URL(filePath: folder.path + "/x.mp4"))
            try Data("x.mp4\ta.mp4\n".utf8).write(to: URL(filePath: folder.path + "/bad.txt"))
            let bad = try CommandRun(
                ["caption", "-a", folder.path + "/bad.txt", "--model", Fixtures.model(.damA), "-o", folder.path + "/out", "--shard", "0/2"])
            #expect(actions[Int(bad.status)] == "FailIndex", "\(bad.errors)")
        }
    }

    /// Runs the batch file's commands with a stand-in for Slurm; a killed task is queued again.
    @Test func tasksOfAnArrayEqualOneRun() throws {
        try withClips(3) { folder in
            let tools = folder.path + "/tools", script = Fixtures.sample("cluster/array.sbatch")
            try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: false)
            func tool(_ name: String, _ text: String) throws {
                try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: "\(tools)/\(name)"))
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(tools)/\(name)")
            }
            try tool("srun", "shift; exec \"$@\"")
            try tool("scontrol", "echo \"$@\" >> \(folder.path)/requeued")
            try tool("damvideo", "exec \(CommandRun.executable.path) \"$@\" --max-new-tokens 2 --model \(Fixtures.model(.damA))")
            func task(_ id: Int) throws -> CommandRun {
                let path = tools + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
                return try CommandRun(
                    [script, folder.list, folder.masks, folder.path + "/many/"],
                    environment: ["PATH": path, "SLURM_ARRAY_JOB_ID": "9", "SLURM_ARRAY_TASK_ID": "\(id)", "SLURM_ARRAY_TASK_COUNT": "8",
                                  "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_STEP": "1"],
                    executable: URL(filePath: "/bin/bash"))
            }
            for id in 0..<8 { #expect(try task(id).status == 0) }
            let check = try CommandRun(["merge", "-a", folder.list, "--check", folder.path + "/many"])
            #expect(check.status == 0, "\(check.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/requeued"))
            try tool("damvideo", "exit 75")
            #expect(try task(2).status == 75)
            #expect(try String(contentsOfFile: folder.path + "/requeued", encoding: .utf8) == "requeue 9_2\n")
        }
    }
}
