@testable import DataPipeline
import Evaluation
import Files
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, exported data cannot be read by other programs, or reveals what a model should find out.
struct ExportTests {
    private func records() throws -> [Record] {
        var records = try [
            PipelineSample.captioned("s/1", label: "cup", ["A red cup. It is full."]),
            PipelineSample.captioned("s/2", label: "dog", ["A black dog stands here."], media: "val/b.ppm"),
            PipelineSample.captioned("s/3", label: "dog", ["A dropped one."]),
        ]
        records[2].set("kept", .bool(false))
        records[0].set("captioner", .object(["kind": .string("dam"), "model": .string("DAM-3B"), "note": .string("non-commercial")]))
        return records
    }

    private func export<Result>(
        _ change: (inout ExportSettings) -> Void, of records: [Record]? = nil, _ body: (String, StepMeta) throws -> Result
    ) throws -> Result {
        try PipelineSample.withPictures { folder in
            var settings = ExportSettings()
            change(&settings)
            let path = folder.path + "/out"
            let step = try ExportStep(settings, root: MediaRoot(folder.path))
            let files = try PipelineSample.files(records ?? self.records(), in: folder)
            let result = try step.run(files, to: path, overwrites: false)
            #expect(try step.run(files, to: path, overwrites: false).wasThere)
            return try body(path, result.meta)
        }
    }

    /// Names and contents of a tar file, parsed by its headers.
    private func entries(_ path: String) throws -> [(name: String, data: Data)] {
        let tar = try Data(contentsOf: URL(filePath: path))
        var entries: [(String, Data)] = [], place = 0
        func text(_ range: Range<Int>) -> String {
            String(decoding: tar[place + range.lowerBound..<place + range.upperBound].prefix { $0 != 0 }, as: UTF8.self)
        }
        while tar[place] != 0 {
            let folder = text(345..<500), name = text(0..<100), size = Int(text(124..<136).trimmingCharacters(in: .whitespaces), radix: 8)
                ?? 0
            var header = Array(tar[place..<place + 512])
            let sum = Int(text(148..<155).trimmingCharacters(in: .whitespaces), radix: 8)
            header.replaceSubrange(148..<156, with: repeatElement(32, count: 8))
            #expect(sum == header.reduce(0) { $0 + Int($1) } && text(257..<262) == "ustar")
            entries.append((folder.isEmpty ? name : folder + "/" + name, Data(tar[place + 512..<place + 512 + size])))
            place += 512 + (size + 511) / 512 * 512
        }
        #expect(tar.count == place + 1024)
        return entries
    }

    @Test func exportsLines() throws {
        try export({ _ in }) { folder, meta in
            let records = try PipelineSample.records(folder + "/train.jsonl")
            #expect(records.map(\.id) == ["s/1", "s/2"])
            #expect(try PipelineSample.text(folder + "/README.md").contains("`DAM-3B`, by a Describe Anything Model: non-commercial"))
            #expect(StepCounts(meta.counts)["regions", "train"] == 2 && StepCounts(meta.counts)["left_out", "dropped"] == 1)
        }
    }

    @Test func exportsConversations() throws {
        try export({ $0.format = .llava }) { folder, _ in
            let list = try JSONPlace(file: folder + "/train.json", expected: "a list").array()
            #expect(list.count == 2 && list[0].place.hasSuffix("[0]"))
            let turns = try list[0]["conversations"].array()
            #expect(try turns.map { try $0["from"].string() } == ["human", "gpt"])
            #expect(try turns[0]["value"].string() == "<image>\nDescribe the masked region in detail.")
            #expect(try turns[1]["value"].string() == "A red cup. It is full." && list[1]["image"].string() == "val/b.ppm")
            let mask = try list[0]["masks"].array()[0]
            #expect(try RunLengthEncoding(width: 60, height: 40, counts: Array(mask["counts"].string().utf8)).area == 800)
        }
    }

    @Test func theClassDoesNotLeak() throws {
        try withTemporaryDirectory { folder in
            let path = try PipelineSample.write("{\"detailed\": [\"Describe the dog in the mask.\"]}", "prompts.json", in: folder)
            let error = #expect(throws: InputError.self) { try export({ ($0.format, $0.prompts) = (.llava, path) }) { _, _ in () } }
            #expect(error?.description.contains("which reveals the class dog") == true)
        }
        try export({ ($0.format, $0.labelShare) = (.llava, 1) }) { folder, _ in
            let turns = try JSONPlace(file: folder + "/train.json", expected: "a list").array()[0]["conversations"].array()
            #expect(try turns[0]["value"].string().hasSuffix("in detail. It shows: cup."))
        }
    }

    @Test func questionsVary() throws {
        var settings = ExportSettings()
        settings.variesPrompts = true
        let prompts = try ExportPrompts(settings)
        let questions = (0..<400).map { prompts.question("r/\($0)", length: "detailed", answer: "A red cup. It is full.") }
        #expect(Set(questions.map { $0.split(separator: " ").prefix(3).joined(separator: " ") }).count >= 5)
        let sentences = questions.count { $0.hasSuffix("in 2 sentences.") }, words = questions.count { $0.hasSuffix("in 6 words.") }
        #expect((50...110).contains(sentences) && (50...110).contains(words))
        #expect(prompts.question("r/1", length: "detailed", answer: "x") == prompts.question("r/1", length: "detailed", answer: "x"))
        let long = Array(repeating: "word", count: 117).joined(separator: " ")
        #expect((0..<50).contains { prompts.question("r/\($0)", length: "detailed", answer: long).hasSuffix("in about 120 words.") })
    }

    @Test func lengthsNeedShortening() throws {
        #expect(throws: InputError.self) { try export({ ($0.format, $0.lengths) = (.llava, ["detailed", "phrase"]) }) { _, _ in () } }
        try withTemporaryDirectory { folder in
            let path = folder.path + "/short.jsonl"
            _ = try ShortenStep().run(PipelineSample.files(records(), in: folder), StepTarget(path))
            let records = try PipelineSample.records(path)
            try export({ ($0.format, $0.lengths) = (.llava, ["detailed", "phrase", "keyword"]) }, of: records) { folder, _ in
                let list = try JSONPlace(file: folder + "/train.json", expected: "a list").array()
                #expect(try list.map { try $0["id"].string() }.prefix(3) == ["s/1#detailed", "s/1#phrase", "s/1#keyword"])
                #expect(try list[1]["conversations"].array()[1]["value"].string() == "A red cup")
            }
        }
    }

    @Test func exportsThePublishedFormat() throws {
        try export({ ($0.format, $0.shardSize) = (.dam, 1 << 16) }) { folder, _ in
            let members = try JSONPlace(file: folder + "/train/annotations.json", expected: "regions").members()
            #expect(members.map(\.key) == ["a.ppm", "val/b.ppm"])
            let region = try members[1].value.array()[0]
            #expect(try region["caption"].string() == "A black dog stands here." && region["ann_id"].string() == "s/2")
            let tar = try region["tar_file"].string()
            let files = try entries(folder + "/train/images/" + tar)
            #expect(files.contains { $0.name == "val/b.ppm" && $0.data.count == 60 * 40 * 3 + 13 })
        }
    }

    @Test func exportsWebDatasetSamples() throws {
        try export({ $0.format = .webdataset }) { folder, _ in
            let files = try entries(folder + "/train/00000.tar")
            #expect(files.count == 4 && files[0].name.hasSuffix(".jpg") && files[0].data.starts(with: [0xFF, 0xD8]))
            #expect(files[1].name == String(files[0].name.dropLast(4)) + ".json" && !files[0].name.dropLast(4).contains("."))
            let record = try Record(line: JSONPlace(OrderedJSON(Array(files[1].data), path: "x"), at: "x"))
            #expect(record.id == "s/1")
        }
    }

    @Test func splitsAreByPicture() throws {
        var settings = ExportSettings()
        settings.splits = [("train", 0.8), ("val", 0.2)]
        let splits = (0..<500).map { settings.split(of: "picture \($0)") }
        #expect((360...440).contains(splits.count { $0 == "train" }) && settings.split(of: "picture 7") == splits[7])
        settings.splits = [("train", 0.8)]
        #expect(throws: InputError.self) { try settings.validate() }
    }
}
