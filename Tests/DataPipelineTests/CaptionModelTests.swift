import DAMVideo
@testable import DataPipeline
import DescribeAnything
import Evaluation
import Foundation
import Imaging
import LanguageModels
import TestSupport
import Testing

/// If these fail, probabilities of captions are wrong, or captions depend on others in the run.
struct CaptionModelTests {
    private func model() throws -> RegionModel { try RegionModel(CaptionModel(directory: Fixtures.model(.damA))) }

    private func withRegions<Result>(_ body: (RecordFiles, URL) throws -> Result) throws -> Result {
        try PipelineSample.withPictures { folder in
            _ = try PipelineSample.regions([folder.path + "/coco.json"], folder)
            return try body(RecordFiles([folder.path + "/regions.jsonl"]), folder)
        }
    }

    @Test func probabilitiesEqualThoseOfOnePass() throws {
        try withRegions { files, folder in
            let model = try model(), media = RegionMedia(root: try MediaRoot(folder.path))
            var options = GenerationOptions()
            (options.temperature, options.maxNewTokens) = (0, 12)
            try model.read([files.record(0)], media) { _, result in
                let reading = try result.get(), answer = try PromptReading.answers([(reading, options)]) {}[0]
                let tokens = answer.generation.tokens, again = reading.logProbabilities(of: tokens)
                #expect(tokens.count > 1 && again.count == tokens.count)
                for (one, other) in zip(answer.logProbabilities, again) { #expect(abs(one - other) < 2e-2 && one <= 0) }
                #expect(reading.logProbabilities(of: [tokens[0]])[0] == answer.logProbabilities[0])
            }
        }
    }

    @Test func captionsDoNotDependOnOthers() throws {
        try withRegions { files, folder in
            let root = try MediaRoot(folder.path)
            var settings = CaptionStep.Settings()
            (settings.samples, settings.maxNewTokens) = (3, 10)
            let step = try CaptionStep(model(), root: root, settings: settings)
            _ = try step.run(files, StepTarget(folder.path + "/c.jsonl"))
            let whole = try PipelineSample.records(folder.path + "/c.jsonl")
            #expect(whole.map(\.id) == files.ids)
            for (place, record) in whole.enumerated() {
                let alone = try PipelineSample.files([files.record(place)], in: folder,
                    "one\(place).jsonl"), path = folder.path + "/c\(place).jsonl"
                _ = try step.run(alone, StepTarget(path))
                #expect(try PipelineSample.records(path)[0].json == record.json)
                let captions = try record.captions()
                #expect(captions.map(\.sample) == [0, 1, 2] && Set(captions.map(\.seed)).count == 3)
                for caption in captions {
                    let sum = try #require(caption.logprob), tokens = try #require(caption.tokens)
                    #expect((1...10).contains(tokens) && sum < 0 && caption.leastLogprob ?? 1 <= sum / Double(tokens) + 1e-6)
                }
            }
            // Other settings make other captions, which are not reused.
            settings.temperature = 0.9
            let other = try CaptionStep(model(), root: root, settings: settings)
            #expect(throws: InputError.self) { try other.run(files, StepTarget(folder.path + "/c.jsonl")) }
        }
    }

    @Test func hintsTellTheClass() throws {
        try withRegions { files, folder in
            #expect(throws: InputError.self) { try RegionModel(CaptionModel(directory: Fixtures.model(.damA)), hint: "Describe it.") }
            var settings = CaptionStep.Settings()
            settings.maxNewTokens = 6
            let hinted = try RegionModel(CaptionModel(directory: Fixtures.model(.damA)), hint: "Describe the {label}.")
            for (name, model) in [("plain", try model()), ("hinted", hinted)] {
                let step = try CaptionStep(model, root: MediaRoot(folder.path), settings: settings)
                _ = try step.run(files, StepTarget(folder.path + "/\(name).jsonl"))
            }
            let plain = try PipelineSample.records(folder.path + "/plain.jsonl")
            let told = try PipelineSample.records(folder.path + "/hinted.jsonl")
            #expect(try zip(plain, told).contains { try $0.captions()[0].logprob != $1.captions()[0].logprob })
        }
    }

    @Test func marginsCompareRegionsOfOnePicture() throws {
        try withRegions { files, folder in
            let root = try MediaRoot(folder.path)
            var settings = CaptionStep.Settings()
            settings.maxNewTokens = 8
            _ = try CaptionStep(model(), root: root, settings: settings).run(files, StepTarget(folder.path + "/c.jsonl"))
            let captions = try RecordFiles([folder.path + "/c.jsonl"])
            _ = try ScoreStep(synonyms: nil, .margin(model(), root)).run(captions, StepTarget(folder.path + "/s.jsonl"))
            let scored = try PipelineSample.records(folder.path + "/s.jsonl")
            // The second picture has one region.
            #expect(scored.map { $0.figure("margin") != nil } == [true, true, true, false])
            #expect(scored.allSatisfy { $0.figure("mean_logprob") ?? 1 < 0 && $0.figure("words") != nil })
            // A resumed run also compares with regions scored earlier.
            let path = folder.path + "/s.jsonl", lines = try PipelineSample.text(path).split(separator: "\n")
            try Data((lines[0] + "\n" + lines[1] + "\n").utf8).write(to: URL(filePath: path))
            _ = try ScoreStep(synonyms: nil, .margin(model(), root)).run(captions, StepTarget(path))
            #expect(try PipelineSample.records(path).map(\.json) == scored.map(\.json))
        }
    }

    @Test func picturesForAService() throws {
        let picture = RGBImage(width: 200, height: 100, pixels: [UInt8](repeating: 90, count: 60000))
        let mask = Mask(width: 200, height: 100, pixels: (0..<20000).map { place in
            let (row, column) = place.quotientAndRemainder(dividingBy: 200)
            return (20..<70).contains(row) && (30..<80).contains(column) && !(row < 30 && column < 40) ? 1 : 0
        })
        var pictures = RegionPictures()
        let pair = try pictures.views(picture, mask)
        #expect(pair.map { [$0.width, $0.height] } == [[130, 100], [50, 50]])
        #expect(pair[1].pixels.prefix(3) == [255, 255, 255] && pair[1].pixels.suffix(3) == [90, 90, 90])
        (pictures.fill, pictures.kind) = (.black, .cropAndSegmented)
        #expect(try pictures.views(picture, mask)[1].pixels.prefix(3) == [0, 0, 0])
        pictures.kind = .outline
        let outlined = try pictures.views(picture, mask)
        #expect(outlined.count == 1 && outlined[0].pixels != pair[0].pixels && outlined[0].pixels.contains(255))
    }

    @Test func wordingsForAService() throws {
        var record = try PipelineSample.captioned("r", label: "trash can", [])
        #expect(RegionPrompts.own.words(record, RegionPictures()).hasPrefix("The first picture shows the trash can and what is around it"))
        record.set("part", .string("lid"))
        #expect(RegionPrompts.own.words(record, RegionPictures()).contains("Describe the lid of a trash can as fully"))
        let plain = RegionPrompts.own.words(try PipelineSample.captioned("r", []), RegionPictures())
        #expect(plain.contains("shows the object alone, with all else white") && !plain.contains("{"))
        try withTemporaryDirectory { folder in
            let good = try PipelineSample.write("{\"labelled\": \"{label}!\", \"unlabelled\": \"?\"}", "p.json", in: folder)
            #expect(try RegionPrompts(path: good).words(record, RegionPictures()) == "lid of a trash can!")
            let bad = try PipelineSample.write("{\"labelled\": \"x\", \"unlabelled\": \"?\"}", "q.json", in: folder)
            #expect(throws: InputError.self) { try RegionPrompts(path: bad) }
        }
    }

    @Test func verdictsAreYesOrNo() {
        #expect(VerdictJudge.verdict(" Yes, it does.") == true && VerdictJudge.verdict("no") == false
            && VerdictJudge.verdict("Maybe") == nil)
    }

    @Test func answersAreDeliveredInOrder() throws {
        var answers = OrderedAnswers(3, samples: 2)
        answers.put(ChatAnswer(text: "b"), at: 1)
        answers.put(ChatAnswer(text: "c"), at: 2)
        #expect(answers.next() == nil)
        answers.put(ChatAnswer(text: "a"), at: 0)
        let first = answers.next()
        #expect(try first?.0 == 0 && first?.1.get().map(\.text) == ["a", "b"])
        answers.fail(InputError(.invalid, "bad"), at: 3)
        guard case .failure? = answers.next()?.1 else {
            Issue.record("no failure")
            return
        }
        #expect(answers.next() == nil)
    }
}
