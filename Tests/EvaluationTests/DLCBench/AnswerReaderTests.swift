import Evaluation
import Testing

/// If these fail, a judge's answers are parsed as other choices than by the published program.
struct AnswerReaderTests {
    private func read(_ answer: String, _ choices: [String] = ["The tail is red.", "The tail is not red.", "No tail"]) throws -> [Int?] {
        let list = choices.map { "[\"\($0)\", 0]" }.joined(separator: ", ")
        let question = try DLCQuestion(json: "{\"question\": \"Q\", \"choices\": [\(list)], \"type\": \"positive\"}")
        let reading = AnswerReader(question)(answer)
        return [reading.choice, reading.rule.rawValue]
    }

    @Test(arguments: [
        ("The tail is red.", 0, 1), (" b. THE TAIL IS NOT RED.\n", 1, 1), ("C", 2, 1), ("a", 0, 1),
        ("I think: the tail is red. Yes", 0, 2), ("The tail is red. It is.", 0, 2), ("a. no tail, I think", 2, 2),
        ("b. whatever", 1, 3), ("A. the tail is red. or no tail", 0, 3),
        ("either no tail or the tail is red.", 0, 4), ("the tail is red. no: no tail", 2, 4),
        ("tail is", 1, 5), ("tail", 1, 5), ("red.", 1, 5),
        ("c\nbecause", 2, 6),
    ])
    func rulesApplyInOrder(answer: String, choice: Int, rule: Int) throws {
        #expect(try read(answer) == [choice, rule])
    }

    /// The published program fails on the first five.
    @Test(arguments: ["", "  ", "d", "E", "d. the roof", "something else", "d\nx"])
    func answersWithoutAChoiceAreNone(answer: String) throws {
        #expect(try read(answer) == [nil, 7])
    }

    @Test func ofEqualOccurrencesTheLongestCounts() throws {
        #expect(try read("it says: a red cat, or the red car park", ["red car", "red car park", "a red cat"]) == [1, 4])
        #expect(try read("so yes or no", ["Yes", "No"]) == [1, 4])
        #expect(try read("car", ["red car", "blu car", "tin cars"]) == [2, 5])
        #expect(try read("car", ["red car", "blu car"]) == [0, 5])
    }

    /// CRLF is two characters in Python and one in Swift.
    @Test func carriageReturnsAreCharacters() throws {
        #expect(try read("the tail is red.\r\n") == [0, 1])
        #expect(try read("c\r\nx") == [nil, 7])
    }

    @Test func moreThanFiveChoicesAreRefused() {
        #expect(throws: (any Error).self) { try read("a", ["1", "2", "3", "4", "5", "6"]) }
    }
}
