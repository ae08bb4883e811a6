@testable import DataPipeline
import DAMVideo
import Evaluation
import Files
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, an interrupted run loses or repeats work, an output is replaced without permission, or shards differ from the
/// whole.
struct StepTests {
    private func records(_ count: Int) throws -> [Record] {
        try (0..<count).map { try PipelineSample.captioned("s/\($0)", label: "cup", ["A red cup."], media: "m\($0 % 5).ppm") }
    }

    /// Counts the records processed.
    private func run(_ files: RecordFiles, _ path: String, options: OrderedObject = [:], overwrites: Bool = false,
        stopAt: String? = nil) throws -> [String] {
        var done: [String] = []
        let step = StepRun(step: "test", options: options, keys: ["mark"], savesEach: true)
        _ = try step(files, StepTarget(path, overwrites: overwrites)) { record in
            if record.id == stopAt { throw CancellationError() }
            done.append(record.id)
            var record = record
            record.set("mark", .string("x"))
            return record
        }
        return done
    }

    @Test func anInterruptedRunResumes() throws {
        try withTemporaryDirectory { folder in
            let files = try PipelineSample.files(records(6).shuffled(), in: folder), whole = folder.path + "/whole.jsonl"
            #expect(try run(files, whole).count == 6)
            let part = folder.path + "/part.jsonl"
            #expect(throws: CancellationError.self) { try run(files, part, stopAt: "s/3") }
            #expect(try StepMeta(of: part)?.isComplete == false)
            // A truncated line is made again.
            let content = try Data(contentsOf: URL(filePath: part))
            try (content.dropLast(10)).write(to: URL(filePath: part))
            #expect(try run(files, part) == ["s/2", "s/3", "s/4", "s/5"])
            #expect(try Data(contentsOf: URL(filePath: part)) == Data(contentsOf: URL(filePath: whole)))
            #expect(try StepMeta(of: part) == StepMeta(of: whole))
            #expect(try run(files, part).isEmpty)
        }
    }

    @Test func otherWorkIsNotReplaced() throws {
        try withTemporaryDirectory { folder in
            let files = try PipelineSample.files(records(2), in: folder), path = folder.path + "/out.jsonl"
            _ = try run(files, path)
            let other = #expect(throws: InputError.self) { try run(files, path, options: ["a": .number(1)]) }
            #expect(other?.category == .outputExists)
            #expect(try run(files, path, options: ["a": .number(1)], overwrites: true).count == 2)
            try Data("mine\n".utf8).write(to: folder.appending(path: "own.jsonl"))
            #expect(throws: InputError.self) { try run(files, folder.path + "/own.jsonl") }
            #expect(try PipelineSample.text(folder.path + "/own.jsonl") == "mine\n")
            #expect(throws: InputError.self) { try run(files, files.paths[0]) }
            let meta = folder.appending(path: "out.meta.json"), facts = try Data(contentsOf: meta)
            try facts.prefix(20).write(to: meta)
            let torn = #expect(throws: InputError.self) { try run(files, path) }
            #expect(torn?.description.contains("without this file, --overwrite makes the output again") == true)
            try facts.write(to: meta)
            // A region whose mask has changed is not taken for the captioned one.
            var changed = try records(2)
            changed[1].set("label", .string("mug"))
            let now = try PipelineSample.files(changed, in: folder, "changed.jsonl")
            let error = #expect(throws: InputError.self) { try run(now, path, options: ["a": .number(1)]) }
            #expect(error?.description.contains("a region that has changed since") == true)
            // With --overwrite it is made again.
            #expect(try run(now, path, options: ["a": .number(1)], overwrites: true) == ["s/1"])
            #expect(try PipelineSample.records(path).map(\.label) == ["cup", "mug"])
        }
    }

    @Test func shardsMergeIntoTheWhole() throws {
        try withTemporaryDirectory { folder in
            let all = try PipelineSample.files(records(20), in: folder), step = FilterStep()
            let whole = folder.path + "/kept.jsonl"
            _ = try step.run(all, StepTarget(whole))
            var paths: [String] = []
            for index in 0..<3 {
                let shard = try Shard(index, of: 3), target = StepTarget(whole, shard: shard)
                _ = try step.run(RecordFiles(all.paths, shard: shard), target)
                paths.append(target.path)
            }
            #expect(paths[1].hasSuffix("/kept-00001-of-00003.jsonl"))
            let media = try paths.map { Set(try PipelineSample.records($0).map(\.media)) }
            #expect(media[0].isDisjoint(with: media[1]) && media[0].union(media[1]).union(media[2]).count == 5)
            var merge = try RecordMerge(paths.reversed())
            try merge.write(to: folder.path + "/merged.jsonl", replaces: false)
            #expect(try PipelineSample.text(folder.path + "/merged.jsonl") == PipelineSample.text(whole))
            #expect(try StepMeta(of: folder.path + "/merged.jsonl")?.counts == StepMeta(of: whole)?.counts)
            let missing = #expect(throws: InputError.self) { try RecordMerge([paths[0], paths[2]]) }
            #expect(missing?.description.contains("shard 1/3 is missing") == true)
            #expect(try RecordMerge([paths[0]], mayMiss: true).missing.count == 2)
            let double = #expect(throws: InputError.self) { try RecordMerge(paths + [whole]) }
            #expect(double != nil)
        }
    }

    @Test func refusesOtherLines() throws {
        try withTemporaryDirectory { folder in
            for (text, found) in [
                ("{\"schema\": \"damvideo-sdp/9\"}\n", "damvideo-sdp/9"), ("[1]\n", "a list"), ("{\n", "line 1"),
            ] {
                let path = try PipelineSample.write(text, "bad.jsonl", in: folder)
                let error = #expect(throws: InputError.self) { try RecordFiles([path]) }
                #expect(error?.description.contains(found) == true, "\(error?.description ?? "")")
            }
            let one = try records(1)
            let twice = #expect(throws: InputError.self) { try PipelineSample.files(one + one, in: folder) }
            #expect(twice?.description.contains("region s/0 twice") == true)
            #expect(throws: InputError.self) { try RecordFiles([folder.path + "/none*.jsonl"]) }
        }
    }

    @Test func unknownKeysAreKept() throws {
        try withTemporaryDirectory { folder in
            var record = try records(1)[0]
            record.set("mine", .object(["x": .array([.number("1.50")])]))
            let files = try PipelineSample.files([record], in: folder)
            _ = try FilterStep().run(files, StepTarget(folder.path + "/a.jsonl"))
            #expect(try PipelineSample.text(folder.path + "/a.jsonl").contains("\"mine\": {\"x\": [1.5]}"))
        }
    }

    @Test func statusFilesShowProgress() throws {
        try withTemporaryDirectory { folder in
            let files = try PipelineSample.files(records(3), in: folder), status = folder.path + "/status.json"
            _ = try FilterStep().run(files, StepTarget(folder.path + "/a.jsonl", status: status))
            let json = try JSONPlace(file: status, expected: "a status")
            #expect(try json["done"].integer() == 3 && json["of"].integer() == 3 && json["seconds_left"].integer() == 0)
        }
    }

    @Test func parsesPipelineFiles() throws {
        try withTemporaryDirectory { folder in
            let text = """
                {"filter": {"output": "kept.jsonl", "keep": ["margin=0.6"], "choose": "medoid"}, "regions": {"inputs": ["a.json"],
                 "output": "regions.jsonl", "no-border": true, "per-image": 2, "distinct-classes": false},
                 "score": [{"output": "s1.jsonl"}, {"output": "s2.jsonl", "margin": true}], "report": {"output": "r.html"}}
                """
            let file = try PipelineFile(PipelineSample.write(text, "p.json", in: folder))
            let steps = try file.steps(shard: nil)
            #expect(steps.map(\.name) == ["regions", "score", "score", "filter", "report"])
            #expect(steps[0].arguments == ["a.json", "--output", "regions.jsonl", "--no-border", "--per-image", "2"])
            #expect(steps[2].arguments == ["s1.jsonl", "--output", "s2.jsonl", "--margin"])
            #expect(steps[3].arguments == ["s2.jsonl", "--output", "kept.jsonl", "--keep", "margin=0.6", "--choose", "medoid"])
            #expect(steps[4].arguments.prefix(4) == ["regions.jsonl", "s1.jsonl", "s2.jsonl", "kept.jsonl"])
            let shard = try file.steps(shard: Shard(1, of: 4))
            #expect(shard[1].arguments == ["regions-00001-of-00004.jsonl", "--output", "s1.jsonl", "--shard", "1/4"])
            #expect(shard[4].arguments.suffix(2) == ["--output", "r-00001-of-00004.html"])
            for text in ["{\"captions\": {}}", "{}"] {
                #expect(throws: InputError.self) { try PipelineFile(PipelineSample.write(text, "q.json", in: folder)) }
            }
        }
    }
}
