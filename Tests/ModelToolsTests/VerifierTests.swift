import Foundation
import Imaging
import ModelTools
import TestSupport
import Testing

/// Parity with the published model: if these fail, captions are no longer DAM's.
struct VerifierTests {
    @Test(arguments: ["dam-a", "dam-b", "dam-c", "dam-d", "dam-e"])
    func meetsEveryTolerance(set: String) throws {
        let report = try Verifier.verify(Fixtures.path("goldens/\(set)"))
        #expect(report.passed)
        for check in report.checks where check.outcome == .missed {
            Issue.record("\(check.name) \(check.subject): \(check.difference ?? 0) \(check.detail)")
        }
        // dam-e has no pixels, which would be 4.7 MB.
        let skipped = report.checks.filter { $0.outcome == .skipped }.map(\.subject)
        #expect(skipped == (set == "dam-e" ? ["pixels"] : []))
    }

    /// A copy of a set with modified expectations.
    private func report(editing edit: (String) -> String, withoutTensors: Bool = false) throws -> VerificationReport {
        try withTemporaryDirectory { folder in
            let copy = folder.appending(path: "set")
            try FileManager.default.copyItem(atPath: Fixtures.golden(.damE), toPath: copy.path)
            let file = copy.appending(path: "expected.json")
            let text = try String(contentsOf: file, encoding: .utf8), edited = edit(text)
            #expect(withoutTensors || edited != text)
            try edited.write(to: file, atomically: true, encoding: .utf8)
            if withoutTensors { try FileManager.default.removeItem(at: copy.appending(path: "expected.safetensors")) }
            return try Verifier.verify(copy.path)
        }
    }

    @Test func aWrongTokenIsReportedWithItsStep() throws {
        let report = try report { text in
            var lines = text.components(separatedBy: "\n")
            // The second id after "ids" of the greedy generation.
            if let ids = lines.lastIndex(where: { $0.contains("\"ids\"") }) {
                lines[ids + 2] = lines[ids + 2].replacing(/\d+/, with: "3")
            }
            return lines.joined(separator: "\n")
        }
        let missed = report.checks.filter { $0.outcome == .missed }
        #expect(!report.passed && missed.count == 1 && missed[0].subject == "greedy")
        #expect(missed[0].detail.hasPrefix("first differs at step 1 of 18, margin there "))
    }

    @Test func aWrongTextIsReported() throws {
        let report = try report { $0.replacing(/"text": "/, with: "\"text\": \"x") }
        #expect(report.checks.filter { $0.outcome == .missed }.map(\.subject) == ["greedy.text", "greedy.streamed"])
    }

    @Test func absentTensorsAreSkippedAndTheRestCompared() throws {
        let report = try report(editing: { $0 }, withoutTensors: true)
        #expect(report.passed && report.count(.skipped) == 5)
    }

    @Test func refusesOtherFolders() {
        let error = #expect(throws: InputError.self) { try Verifier.verify("/nowhere") }
        #expect(error?.category == .notFound && error?.description == "/nowhere/expected.json: no such file")
    }
}
