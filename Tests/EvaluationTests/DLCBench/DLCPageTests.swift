import Evaluation
import Foundation
import TestSupport
import Testing

/// If these fail, the report hides where points were lost, or shows it for another region.
struct DLCPageTests {
    @Test func regionsThatLostMostComeFirst() throws {
        try DLCSample.withFolder { folder in
            let answers = ["7": ["Yes", "a", "c", "b"], "3": ["Yes", "c", "b", "b"], "12": ["No", "a", "b", "b"], "5": ["Yes", "d"]]
            let judgement = try DLCSample.judgement(answers, in: folder), results = try judgement.results()
            let report = try #require(try DLCSample.report(judgement)), path = folder.appending(path: "page.html").path
            let page = DLCPageFile(
                results, report, annotations: judgement.benchmark.annotations, folder: folder.path, title: "a < b", others: results)
            try page.write(to: path, replaces: false)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let heads = text.matches(of: #/<article class="([^"]*)"><h2>([^<]*) <small>/#).map { "\($0.2): \($0.1)" }
            #expect(heads == ["bus: some c0 unrecognised", "lamp: some c1", "scissors: some c3", "red apple: full c2"])
            #expect(text.matches(of: #/<img /#).count == 8 && text.contains("<title>a &lt; b</title>"))
            #expect(text.contains("0 points, 1 had the object been recognised"))
            #expect(text.contains("score −0.333 · 4 points lost · Pos 0 · Neg −0.500 · not recognised"))
            #expect(text.matches(of: #/class="chosen"/#).count == 15 && text.matches(of: #/<blockquote class="other">/#).count == 4)
            #expect(!text.contains("<script") && !text.contains("http://") || text.contains("http://www.w3.org"))
            #expect(throws: (any Error).self) { try page.write(to: path, replaces: false) }
        }
    }
}
