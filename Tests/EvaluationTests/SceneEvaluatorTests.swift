import DAMVideo
import DescribeAnything
import Evaluation
import Foundation
import Imaging
import TestSupport
import Testing

/// Wrong counts would make a model look better, or worse, than it is.
struct SceneEvaluatorTests {
    private static let model = Result { try CaptionModel(directory: Fixtures.model(.damA)) }
    private static let set = Fixtures.sample("scenes/clips")

    private func facts(
        _ name: String, _ colours: [String], direction: String? = nil, behaviour: String? = "still",
        relation: SceneRelation? = nil
    ) -> SceneFacts {
        SceneFacts(
            name: name, colours: colours, scene: "street", direction: direction, behaviour: behaviour, relation: relation)
    }

    private func reading(_ facts: SceneFacts, mentions: Set<String>) -> SceneReading {
        var reading = SceneReading()
        (reading.name, reading.colours, reading.scene) = (facts.name, facts.colours, facts.scene)
        (reading.direction, reading.behaviour, reading.relation) = (facts.direction, facts.behaviour, facts.relation)
        reading.mentions = mentions
        return reading
    }

    @Test func countsEachSettledFact() {
        let tree = SceneRelation(referent: "tree")
        let person = facts("person", ["red", "blue"], direction: "left", behaviour: "stops", relation: tree)
        var told = reading(person, mentions: ["person", "tree"])
        told.colours = ["red", "green"]
        told.behaviour = "steady"
        // A caption may mention the side even if it is not scored.
        told.side = "left"
        var scores = SceneScores()
        scores.add(["1": told], ["1": person], present: ["person", "tree"])
        func tally(_ subject: SceneSubject) -> [Int?] { [scores.facts[subject]?.right, scores.facts[subject]?.asked] }
        #expect(tally(.name) == [1, 1] && tally(.colour) == [1, 2] && tally(.place) == [1, 1])
        #expect(tally(.direction) == [1, 1] && tally(.behaviour) == [0, 1] && tally(.relation) == [1, 1])
        #expect(tally(.size) == [nil, nil])
        #expect(scores.captions == 1 && scores.inventing == 0 && scores.ownFacts.asked == 0)
    }

    @Test func aCaptionOfAnotherObjectDoesNotCount() {
        let red = facts("car", ["red"]), grey = facts("car", ["grey"])
        func ownFacts(_ first: SceneFacts, _ second: SceneFacts) -> [Int] {
            var scores = SceneScores()
            let readings = ["1": reading(first, mentions: ["car"]), "2": reading(second, mentions: ["car"])]
            scores.add(readings, ["1": red, "2": grey], present: ["car"])
            return [scores.ownFacts.right, scores.ownFacts.asked]
        }
        #expect(ownFacts(red, grey) == [2, 2])
        #expect(ownFacts(grey, red) == [0, 2])
        #expect(ownFacts(red, red) == [1, 2])
        // A caption that fits both equally does not distinguish them.
        #expect(ownFacts(facts("car", []), facts("car", [])) == [0, 2])
    }

    @Test func absentThingsAreHallucinatedAndMissingOnesWrong() {
        var scores = SceneScores()
        let ball = facts("ball", ["pink"])
        scores.add(
            ["1": reading(ball, mentions: ["ball", "fountain"])], ["1": ball, "2": facts("dog", ["white"])],
            present: ["ball", "dog", "tree"])
        #expect(scores.captions == 2 && scores.inventing == 1)
        #expect(scores.facts[.name]?.right == 1 && scores.facts[.name]?.asked == 2)
        #expect(scores.facts[.colour]?.share == 0.5)
    }

    @Test func scoresAllObjectsOfTheSampleClips() throws {
        var seen: [Int] = []
        let report = try SceneEvaluator(Self.model.get()).evaluate(Self.set, limit: 2) { done, count, _ in
            #expect(count == 2)
            seen.append(done)
        }
        #expect(seen == [1, 2])
        // Counted by hand in facts.json of 600006 and 600008.
        #expect(report.clips.captions == 8 && report.clips.facts[.name]?.asked == 8)
        #expect(report.clips.facts[.colour]?.asked == 10 && report.clips.facts[.behaviour]?.asked == 8)
        #expect(report.clips.ownFacts.asked == 8)
        #expect(report.pictures.captions == 8 && report.pictures.facts[.place]?.asked == 15)
        #expect(report.pictures.facts[.behaviour] == nil)
        #expect(report.without == nil)
    }

    @Test func detectedObjectsAreComparedWithTrueOnes() throws {
        let report = try SceneEvaluator(Self.model.get()).evaluate(Self.set, limit: 2, finds: true)
        let findings = try #require(report.findings)
        // Two bicycles and a person move in 600006, a person in 600008; everything else is still.
        #expect(findings.moving.asked == 4 && findings.moving.right >= 1 && findings.matched >= findings.moving.right)
        #expect(findings.matched + findings.falseTracks <= findings.tracks)
        #expect(findings.given.captions == findings.matched && findings.found.captions == findings.matched)
        #expect(report.clips.captions == 8 && report.pictures.captions == 0)
    }

    @Test func refusesOtherFolders() throws {
        let evaluator = SceneEvaluator(try Self.model.get())
        func refusal(_ path: String) -> InputError? {
            #expect(throws: InputError.self) { try evaluator.evaluate(path) }
        }
        #expect(refusal("/nonexistent")?.category == .notFound)
        try withTemporaryDirectory { folder in
            #expect(refusal(folder.path)?.description.contains("phrases.json: no such file") == true)
            let phrases = folder.appending(path: "phrases.json")
            try Data("{}".utf8).write(to: phrases)
            #expect(refusal(folder.path)?.category == .invalid)
            try Data(contentsOf: URL(filePath: Self.set + "/phrases.json")).write(to: phrases)
            #expect(refusal(folder.path)?.description.contains("found no folder with facts.json") == true)
            let clip = folder.appending(path: "1")
            try FileManager.default.createDirectory(at: clip, withIntermediateDirectories: true)
            try Data(#"{"tracks": {"1": {"name": 3}}, "pictures": {}, "present": []}"#.utf8)
                .write(to: clip.appending(path: "facts.json"))
            #expect(refusal(folder.path)?.description.contains("facts.json: found") == true)
        }
    }
}
