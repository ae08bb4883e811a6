import Imaging
import Testing

@testable import DAMVideoServer

/// If these fail, a client sees the stop string that should have ended its answer, or loses characters of it.
@Suite("Streamed answer text")
struct AnswerTextTests {
    /// Sends a text in pieces of a given length.
    private func sent(_ text: String, stops: [String], pieces length: Int) -> (text: String, isStopped: Bool) {
        var answer = AnswerText(stops: stops), result = "", rest = text[...]
        while !rest.isEmpty {
            result += answer.append(String(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return (result + answer.finish(), answer.isStopped)
    }

    @Test("Text in pieces of any length ends before the first stop string", arguments: 1...9)
    func cuts(_ length: Int) {
        for (text, stops, expected) in [
            ("a dog and a cat", ["and"], "a dog "), ("a dog and a cat", ["cat", "dog"], "a "), ("aaab", ["aab"], "a"),
            ("Straße — ende", ["ß—", "— e"], "Straße "), ("one\n\ntwo", ["\n\n"], "one"), ("x", ["x"], ""),
            ("ababab", ["ababc"], "ababab"), ("no stop", ["never"], "no stop"), ("🐕‍🦺 runs", ["s"], "🐕‍🦺 run"),
        ] {
            let found = sent(text, stops: stops, pieces: length)
            #expect(found.text == expected, "\(text) \(length)")
            #expect(found.isStopped == (expected != text))
        }
    }

    @Test("Text is held back only if it may begin a stop string")
    func prompt() {
        var answer = AnswerText(stops: ["stop"])
        #expect(answer.append("go on s") == "go on ")
        #expect(answer.append("low") == "slow")
        #expect(answer.append(" st") == " ")
        #expect(answer.finish() == "st")
    }

    @Test("Markers give a box and are removed from the text")
    func markers() throws {
        let marker = try #require(RegionMarker("Look. [[damvideo id=17.3-ab box=[0.5, 0.25, 0.25, 0.5] t=1719.5]] Who is it?"))
        #expect(marker.text == "Look. Who is it?" && marker.id == "17.3-ab" && marker.time == 1719.5)
        #expect(marker.box(in: PictureSize(width: 200, height: 100)) == Rectangle(left: 100, top: 25, width: 50, height: 50))
        let pixels = try #require(RegionMarker("[[damvideo box=10,20,30,40]]"))
        let box = pixels.box(in: PictureSize(width: 9, height: 9))
        #expect(pixels.text.isEmpty && box == Rectangle(left: 10, top: 20, width: 30, height: 40))
        let last = try #require(RegionMarker("[[damvideo box=[1,2,3,4]]] x"))
        #expect(last.box == Rectangle(left: 1, top: 2, width: 3, height: 4) && last.text == "x")
        #expect(RegionMarker("plain [[damvideos]]") == nil)
        #expect(try #require(RegionMarker("[[damvideo box={data} t=]] a")).box == nil)
    }
}
