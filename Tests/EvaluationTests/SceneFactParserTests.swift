import Evaluation
import Foundation
import TestSupport
import Testing

/// A parser that misreads captions makes every score of `evaluate scenes` wrong.
struct SceneFactParserTests {
    private static let parser = Result {
        let data = try Data(contentsOf: URL(filePath: Fixtures.sample("scenes/phrases.json")))
        return SceneFactParser(try JSONDecoder().decode(ScenePhraseBook.self, from: data))
    }

    /// `Tests/Fixtures/scenes/captions.json`: captions of `Samples/scenes/captions.py` with the facts they were made from, and
    /// captions with missing or reordered words, with the facts that `parse.py` reads from them.
    private struct Captions: Decodable {
        struct Whole: Decodable {
            let caption: String
            let facts: SceneFacts
        }
        struct Damaged: Decodable {
            struct Reading: Decodable {
                let name, scene, side, size, direction, behaviour: String?
                let colours: [String]
                let relation: SceneRelation?
                let mentions: Set<String>
            }
            let caption: String
            let reading: Reading
        }
        let whole: [Whole]
        let damaged: [Damaged]
    }

    private static let captions = Result {
        try JSONDecoder().decode(Captions.self, from: Data(contentsOf: URL(filePath: Fixtures.path("scenes/captions.json"))))
    }

    private func read(_ caption: String) throws -> SceneReading { try Self.parser.get()(caption) }

    @Test func readsTheFactsACaptionWasMadeFrom() throws {
        let captions = try Self.captions.get().whole
        #expect(captions.count == 160)
        for entry in captions {
            let reading = try read(entry.caption), facts = entry.facts
            #expect(reading.name == facts.name && reading.colours == facts.colours, "\(entry.caption)")
            #expect(reading.scene == facts.scene && reading.side == facts.side, "\(entry.caption)")
            #expect(reading.size == facts.size, "\(entry.caption)")
            #expect(reading.direction == facts.direction && reading.behaviour == facts.behaviour, "\(entry.caption)")
            #expect(reading.relation == facts.relation, "\(entry.caption)")
        }
    }

    @Test func readsDamagedCaptionsAsTheGrammarsOwnParserDoes() throws {
        let captions = try Self.captions.get().damaged
        #expect(captions.count == 160)
        for entry in captions {
            let reading = try read(entry.caption), expected = entry.reading
            #expect(reading.name == expected.name && reading.colours == expected.colours, "\(entry.caption)")
            #expect(reading.scene == expected.scene && reading.side == expected.side, "\(entry.caption)")
            #expect(reading.size == expected.size, "\(entry.caption)")
            #expect(reading.direction == expected.direction && reading.behaviour == expected.behaviour, "\(entry.caption)")
            #expect(reading.relation == expected.relation && reading.mentions == expected.mentions, "\(entry.caption)")
        }
    }

    @Test func coloursBelongToTheirNounsInAnyOrder() throws {
        #expect(try read("A person wearing black trousers and a red coat.").colours == ["red", "black"])
        #expect(try read("a truck with a white cab and a blue cargo box").colours == ["white", "blue"])
        #expect(try read("A white lorry with a blue box").colours == ["white", "blue"])
        // The nearby thing has its own colour.
        let near = try read("A dog, black in colour, lingers next to the yellow van.")
        #expect(near.colours == ["black"] && near.name == "dog")
        #expect(near.relation == SceneRelation(referent: "van", colour: "yellow"))
        #expect(near.mentions == ["dog", "van"])
    }

    @Test func sidesAreNotDirections() throws {
        let still = try read("A ball stays still on the left."), moving = try read("A ball rolls to the left at a steady pace.")
        #expect(still.side == "left" && still.direction == nil && still.behaviour == "still")
        #expect(moving.side == nil && moving.direction == "left" && moving.behaviour == "steady")
        #expect(try read("A car drives from right to left without stopping").behaviour == "steady")
    }

    @Test(arguments: ["", " . , ", "Ünïcödé 图片", "the the near near the", "red"])
    func textWithoutFactsGivesNone(_ caption: String) throws {
        let reading = try read(caption)
        #expect(reading.name == nil && reading.relation == nil && reading.mentions.isEmpty)
    }
}
