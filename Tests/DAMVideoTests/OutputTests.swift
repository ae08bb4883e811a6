import DAMVideo
import Foundation
import Imaging
import TestSupport
import Testing

/// Document formats: if these fail, other programs cannot read them, or a killed run loses finished captions.
struct OutputTests {
    private static let request = ClipRequest(clip: "clip.mp4", masks: "masks")

    private func text(_ format: CaptionFormat, _ document: CaptionDocument) throws -> String {
        String(decoding: try format.data(document, Self.request), as: UTF8.self)
    }

    @Test func subtitlesHaveOneCuePerTrack() throws {
        var document = try exampleDocument()
        document.tracks[1].caption = "A <b>dog</b> --> a & b\n\nand more"
        let cues = try text(.vtt, document)
        #expect(cues == """
            WEBVTT - captions by damvideo

            7
            00:00:00.000 --> 00:00:05.900
            A man, "tall".

            car
            01:01:01.500 --> 01:01:01.600
            A &lt;b&gt;dog&lt;/b&gt; --&gt; a &amp; b and more

            """)
    }

    @Test func tablesQuoteWhereNecessary() throws {
        var document = try exampleDocument()
        document.tracks[1].label = "two\nlines"
        #expect(try text(.csv, document) == [
            "id,label,start,end,first_frame,last_frame,visible_frames,caption,finish_reason,prompt_tokens,completion_tokens,seconds",
            "7,,0.0,5.9,0,59,60,\"A man, \"\"tall\"\".\",stop,100,5,1.5",
            "car,\"two\nlines\",3661.5,3661.5,36615,36615,1,A car.,length,100,6,2.0", "",
        ].joined(separator: "\r\n"))
    }

    /// One cue for each part of a track that has parts, and a row for each after the track's.
    @Test func partsHaveCuesAndRows() throws {
        let document = try exampleWithParts()
        #expect(try text(.vtt, document) == """
            WEBVTT - captions by damvideo

            7/1
            00:00:00.000 --> 00:00:02.900
            He walks.

            7/2
            00:00:03.000 --> 00:00:05.900
            He stands, "still".

            car
            01:01:01.500 --> 01:01:01.600
            A car.

            """)
        #expect(try text(.csv, document) == [
            "id,label,start,end,first_frame,last_frame,visible_frames,caption,finish_reason,prompt_tokens,completion_tokens,seconds,part",
            "7,,0.0,5.9,0,59,60,\"A man, \"\"tall\"\".\",stop,100,5,1.5,",
            "7,,0.0,2.9,0,29,30,He walks.,stop,100,3,1.0,1",
            "7,,3.0,5.9,30,59,28,\"He stands, \"\"still\"\".\",length,101,4,2.0,2",
            "car,,3661.5,3661.5,36615,36615,1,A car.,length,100,6,2.0,", "",
        ].joined(separator: "\r\n"))
    }

    /// A reader of lines gets a track with its parts, preceded by the problems of parts.
    @Test func linesHoldParts() throws {
        var document = try exampleWithParts()
        var problem = CaptionDocument.Problem(track: .number(7), code: "not_visible", message: "part from 6.0 to 7.0 s: m")
        (problem.start, problem.end) = (6, 7)
        document.errors.append(problem)
        let lines = try text(.jsonl, document).split(separator: "\n").dropFirst().map(String.init)
        #expect(lines.map { $0.contains("\"track\":7") || $0.contains("\"id\":7") } == [false, true, true, false, false])
        #expect(lines[1] == #"{"code":"not_visible","end":7,"message":"part from 6.0 to 7.0 s: m","start":6,"track":7,"type":"error"}"#)
        #expect(lines[2].contains(#""segments":[{"caption":"He walks.","end":2.9,"finish_reason":"stop","first_frame":0,"#))
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "a.jsonl"), whole = try CaptionFormat.jsonl.data(document, Self.request)
            try whole.write(to: file)
            let run = try #require(try ResumedRun(path: file.path))
            #expect(run.tracks == document.tracks && run.problems == [problem] && !run.isFinished)
            // Without its track a part's problem does not count as finished.
            let breaks = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
            try whole.prefix(through: breaks[2]).write(to: file)
            let broken = try #require(try ResumedRun(path: file.path))
            #expect(broken.tracks.isEmpty && broken.problems.isEmpty)
        }
    }

    @Test func linesHoldTheDocument() throws {
        let document = try exampleDocument()
        let lines = try text(.jsonl, document).split(separator: "\n")
        let types = try lines.map { line in
            try (JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["type"] as? String
        }
        // Track 4's problem is where its caption would be.
        #expect(types == ["header", "error", "track", "track", "summary"])
        #expect(lines.last == #"{"errors":1,"tracks":2,"type":"summary"}"#)
    }

    @Test func anEarlierRunIsReadUpToItsTruncation() throws {
        let document = try exampleDocument()
        let whole = try CaptionFormat.jsonl.data(document, Self.request)
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "a.jsonl").path
            #expect(try ResumedRun(path: path) == nil)
            // It may have been killed at any byte.
            var counts: Set<Int> = []
            for length in 0...whole.count {
                try whole.prefix(length).write(to: URL(filePath: path))
                guard let run = try ResumedRun(path: path) else { continue }
                #expect(run.tracks == Array(document.tracks.prefix(run.tracks.count)))
                #expect(run.model == document.model && run.video == document.video && run.request == Self.request)
                #expect(!run.isFinished, "track 4 has no caption")
                counts.insert(run.tracks.count)
            }
            #expect(counts == [0, 1, 2])
            let lines = String(decoding: whole, as: UTF8.self)
            let track = String(lines.split(separator: "\n")[2]) + "\n"
            for (other, says) in [
                ("{\"type\":\"header\"}\n", "line 1"), ("mine", "line 1"), ("{\"images\":[],\"mine\":1}", "line 1"),
                ("mine\n" + lines, "line 1"), (lines + track, "line 6"), (lines.replacing(track, with: track + track), "track 7 twice"),
                (lines.replacing("damvideo/1", with: "damvideo/2"), "schema damvideo/2"), (lines + lines, "line 6"),
                (lines.replacing("\"error\"", with: "\"remark\""), "line 2"),
            ] {
                try Data(other.utf8).write(to: URL(filePath: path))
                let error = #expect(throws: InputError.self, "\(says)") { try ResumedRun(path: path) }
                #expect(error?.category == .invalid && error?.description.contains(says) == true, "\(error?.description ?? "")")
            }
            try Data(lines.replacing("\"version\":\"0.1.0\"", with: "\"version\":\"0.0.9\"").utf8).write(to: URL(filePath: path))
            #expect(try ResumedRun(path: path)?.note?.contains("0.0.9") == true)
            // An unreadable file is not treated as a missing one.
            let error = #expect(throws: InputError.self) { try ResumedRun(path: folder.path) }
            #expect(error?.category == .inputOutput)
        }
    }

    /// Only a run that completed and captioned every track is not repeated.
    @Test func aRunIsFinishedWithItsLastLine() throws {
        var document = try exampleDocument()
        document.errors = [CaptionDocument.Problem(track: nil, code: "clip_damaged", message: "m")]
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "a.jsonl")
            func isFinished(_ data: Data) throws -> Bool? {
                try data.write(to: file)
                return try ResumedRun(path: file.path)?.isFinished
            }
            let whole = try CaptionFormat.jsonl.data(document, Self.request)
            #expect(try isFinished(whole) == true)
            #expect(try isFinished(whole.dropLast()) == false)
            document.errors = [CaptionDocument.Problem(track: nil, code: "interrupted", message: "m")]
            #expect(try isFinished(CaptionFormat.jsonl.data(document, Self.request)) == false)
        }
    }

    @Test func documentsMatchTheSchema() throws {
        let path = Fixtures.root.appending(path: "Sources/DAMVideo/Documents/damvideo-1.schema.json")
        let schema = try JSONSchema(Data(contentsOf: path))
        let document = try CaptionFormat.json.data(exampleDocument(), Self.request)
        #expect(try schema.problems(document) == [])
        // The validator itself must be able to reject.
        for (old, new) in [
            ("\"damvideo/1\"", "\"damvideo/2\""), ("\"top_k\" : 50", "\"top_k\" : 0"), ("\"label\" : null", "\"label\" : 3"),
            ("[1, 2, 3, 4]", "[1, 2, 3]"), ("\"finish_reason\" : \"stop\"", "\"finish_reason\" : \"tired\""),
            ("\"fps\" : 10", "\"fps\" : 0"), ("[4, 3]", "[4]"), ("\"counts\"", "\"runs\""), ("\"frames\" : 60", "\"frames\" : \"60\""),
            ("\"area\"", "\"size\""),
        ] {
            let text = String(decoding: document, as: UTF8.self)
            #expect(text.contains(old))
            #expect(try schema.problems(Data(text.replacing(old, with: new).utf8)) != [], "\(new)")
        }
        var withParts = try exampleWithParts()
        (withParts.errors[0].start, withParts.errors[0].end) = (1, 2)
        let parts = String(decoding: try CaptionFormat.json.data(withParts, Self.request), as: UTF8.self)
        #expect(try schema.problems(Data(parts.utf8)) == [])
        #expect(try JSONDecoder().decode(CaptionDocument.self, from: Data(parts.utf8)) == withParts)
        for (old, new) in [("\"caption\" : \"He walks.\"", "\"caption\" : 3"), ("\"visible_frames\" : 28", "\"visible_frames\" : 0"),
                           ("\"start\" : 1", "\"start\" : null")] {
            #expect(parts.contains(old))
            #expect(try schema.problems(Data(parts.replacing(old, with: new).utf8)) != [], "\(new)")
        }
    }

    private func exampleWithParts() throws -> CaptionDocument {
        let json = """
            [{"first_frame": 0, "last_frame": 29, "start": 0, "end": 2.9, "visible_frames": 30,
              "sampled": [{"frame": 0, "time": 0, "bbox": [1, 2, 3, 4], "area": 9, "mask": "given"}],
              "caption": "He walks.", "finish_reason": "stop", "usage": {"prompt_tokens": 100, "completion_tokens": 3}, "seconds": 1},
             {"first_frame": 30, "last_frame": 59, "start": 3, "end": 5.9, "visible_frames": 28,
              "sampled": [{"frame": 30, "time": 3, "bbox": [1, 2, 3, 4], "area": 9, "mask": "given"}],
              "caption": "He stands, \\"still\\".", "finish_reason": "length", "usage": {"prompt_tokens": 101, "completion_tokens": 4},
              "seconds": 2}]
            """
        var document = try exampleDocument()
        document.tracks[0].segments = try JSONDecoder().decode([CaptionDocument.Segment].self, from: Data(json.utf8))
        return document
    }
}
