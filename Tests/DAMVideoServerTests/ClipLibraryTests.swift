import DAMVideo
import Foundation
import Imaging
import TestSupport
import Testing

@testable import DAMVideoServer

@Suite("The library of clips")
struct ClipLibraryTests {
    /// A library with one clip per list of captions.
    private func withLibrary(_ clips: [[(label: String?, caption: String)]], _ body: (ClipLibrary, [String]) throws -> Void) throws {
        try withTemporaryDirectory { folder throws in
            let library = try ClipLibrary(folder: folder.path)
            let ids = try clips.enumerated().map { number, captions in
                let record = ClipRecord(
                    id: ClipID.make(), name: "clip \(number)", created: Date(timeIntervalSince1970: Double(number)),
                    camera: number == 0 ? "door" : nil, recorded: number == 0 ? Date(timeIntervalSince1970: 1000) : nil, options: "{}")
                try library.add(record)
                try ClipLibrary.makeFolder(library.files(of: record.id).path)
                try library.files(of: record.id).write(try Self.document(captions))
                try library.update(record.id) { $0.state = .finished }
                try library.applyAmendments(to: record.id)
                return record.id
            }
            try body(library, ids)
        }
    }

    private static func document(_ captions: [(label: String?, caption: String)]) throws -> CaptionDocument {
        let tracks: [[String: Any]] = captions.enumerated().map { number, entry in
            [
                "id": number + 1, "label": entry.label as Any? ?? NSNull(), "caption": entry.caption, "first_frame": 0, "last_frame": 9,
                "start": Double(number), "end": Double(number) + 1, "visible_frames": 10, "finish_reason": "stop", "seconds": 0,
                "usage": ["prompt_tokens": 1, "completion_tokens": 1],
                "sampled": [["frame": number, "time": 0, "bbox": [0, 0, 1, 1], "area": 1, "mask": "given"]],
            ]
        }
        let document: [String: Any] = [
            "schema": "damvideo/1", "tool": ["name": "damvideo", "version": "1"],
            "model": [
                "path": "m", "type": "dam", "weights": "f16", "query": "q", "temperature": 0, "top_p": 1, "num_beams": 1,
                "max_new_tokens": 1, "seed": 0,
            ],
            "video": ["path": "a.mp4", "width": 8, "height": 8, "fps": 10, "frames": 10, "duration": 1],
            "tracks": tracks, "errors": [] as [Any],
        ]
        return try JSONDecoder().decode(CaptionDocument.self, from: try JSONSerialization.data(withJSONObject: document))
    }

    private func found(_ library: ClipLibrary, _ text: String?) throws -> [String] {
        try library.search(CaptionSearch(text: text)).moments.map(\.caption)
    }

    @Test("Searches match all words by stem, best first, with matches marked")
    func ranking() throws {
        let long = "A person in a red jacket walks past many other things, and a coat hangs on a wall far behind all of them."
        let clips: [[(String?, String)]] = [
            [("person", "A woman in a red coat."), (nil, long)], [(nil, "Two coats."), ("suitcase", "It is rolled along.")],
        ]
        try withLibrary(clips) { library, ids throws in
            #expect(try found(library, "red coats") == ["A woman in a red coat.", long])
            #expect(try found(library, "coat").first == "Two coats.")
            #expect(try found(library, "walking") == [long])
            #expect(try found(library, "suitcases roll") == ["It is rolled along."])
            let moments = try library.search(CaptionSearch(text: "coats")).moments
            let first = try #require(moments.first { $0.clip == ids[0] && $0.track == .number(1) })
            #expect(first.snippet == ["A woman in a red ", "coat", "."])
            #expect(try library.search(CaptionSearch(text: "coat", limit: 1)).total == 3)
            #expect(try library.search(CaptionSearch(text: "coat", limit: 1, offset: 7)).total == 3)
            #expect(try found(library, nil).count == 4)
            #expect(try found(library, " ").count == 4)
        }
    }

    @Test("Searches can be filtered by label, camera and time")
    func filters() throws {
        try withLibrary([[("Person", "one"), ("car", "two")], [("person", "three")]]) { library, _ throws in
            #expect(try library.search(CaptionSearch(label: "person")).moments.map(\.caption) == ["three", "one"])
            #expect(try library.search(CaptionSearch(camera: "door")).total == 2)
            #expect(try library.search(CaptionSearch(from: 1001.5)).moments.map(\.caption) == ["two"])
            #expect(try library.search(CaptionSearch(to: 1001)).moments.map(\.caption) == ["one"])
            #expect(try library.search(CaptionSearch(text: "one", label: "car")).total == 0)
        }
    }

    @Test("No query text acts as an operator or breaks a search", arguments: [
        ("\"", 0), ("'", 0), ("a\"b", 0), ("NEAR(red, coat)", 0), ("red NOT coat", 0), ("text:red", 0), ("-red", 1), ("red*", 1),
        ("^red", 1), ("(", 0), (")", 0), ("{red coat}", 1), ("+", 0), ("%", 0), (";", 0), ("--", 0),
        ("'; DROP TABLE clips; --", 0), ("\u{0}", 0),
        ("red\u{0}coat", 1), ("AND", 0), ("OR", 0), ("*", 0), ("\\", 0), ("😀", 0),
        (String(repeating: "a ", count: 5000), 1), ("\u{200B}", 0), ("\"red coat", 1), ("\"red\" \"\" coat", 1),
    ])
    func attacks(text: String, count: Int) throws {
        try withLibrary([[(nil, "A red coat, 3.5 m away.")]]) { library, _ throws in
            #expect(try found(library, text).count == count)
            #expect(try found(library, "red").count == 1)
        }
    }

    @Test("Numbers, hyphens, accents and scripts without spaces are found")
    func words() throws {
        let texts = ["Bus 42 at 3.5 m", "a T-shirt that says \"Größe\"", "红色外套的女人在走路", "猫が歩いている"]
        try withLibrary([texts.map { (nil, $0) }]) { library, _ throws in
            for (query, text) in [
                ("42", 0), ("3.5", 0), ("t-shirt", 1), ("größe", 1), ("GRÖßE", 1), ("外套", 2), ("女人 红色", 2), ("歩いて", 3),
            ] {
                #expect(try found(library, query) == [texts[text]], "\(query)")
            }
            #expect(try found(library, "套外") == [])
            let snippet = try library.search(CaptionSearch(text: "外套")).moments[0].snippet
            #expect(snippet.joined() == texts[2])
        }
    }

    @Test("Edits affect the file, searches and the revision")
    func amendments() throws {
        try withLibrary([[(nil, "one"), (nil, "two")]]) { library, ids throws in
            var entry = try #require(try library.files(of: ids[0]).readDocument()).tracks[0]
            (entry.caption, entry.name, entry.edited) = ("changed", "Bob", true)
            try library.add(Amendment(track: entry.id, entry: entry), to: ids[0])
            try library.add(Amendment(track: .number(2), entry: nil), to: ids[0])
            #expect(try library.files(of: ids[0]).readDocument()?.tracks == [entry])
            #expect(try found(library, "bob") == ["changed"])
            #expect(try found(library, "one") == [])
            #expect(try found(library, "two") == [])
            #expect(try library.clip(ids[0])?.revision == 2)
            #expect(try library.amendments(of: ids[0]) == [])
        }
    }

    @Test("An edit not applied before the process ended is applied by the next one")
    func pending() throws {
        try withTemporaryDirectory { folder throws in
            var id = ""
            do {
                let library = try ClipLibrary(folder: folder.path), record = ClipRecord(id: ClipID.make(), name: "a", options: "{}")
                id = record.id
                try library.add(record)
                try ClipLibrary.makeFolder(library.files(of: id).path)
                try library.files(of: id).write(try Self.document([(nil, "one")]))
                try library.add(Amendment(track: .number(1), entry: nil), to: id)
                #expect(try library.amendments(of: id).count == 1)
                try library.update(id) { $0.state = .finished }
            }
            let library = try ClipLibrary(folder: folder.path)
            #expect(try library.files(of: id).readDocument()?.tracks == [])
        }
    }

    @Test("Only one server uses a library at a time")
    func locked() throws {
        try withTemporaryDirectory { folder throws in
            let library = try ClipLibrary(folder: folder.path)
            let path = folder.resolvingSymlinksInPath().path
            let message = "\(path): found another server that uses this library, expected one at a time"
            #expect(throws: InputError(.outputExists, message)) {
                try ClipLibrary(folder: folder.path)
            }
            withExtendedLifetime(library) {}
        }
        #expect(throws: InputError.self) { try ClipLibrary(folder: "/dev/null/library") }
    }

    @Test("Folders of incomplete uploads and of removed clips are deleted")
    func strays() throws {
        try withTemporaryDirectory { folder throws in
            let stray = folder.appending(path: "clips/\(ClipID.make())")
            try FileManager.default.createDirectory(at: stray, withIntermediateDirectories: true)
            try Data("half".utf8).write(to: stray.appending(path: "upload"))
            _ = try ClipLibrary(folder: folder.path)
            #expect(!FileManager.default.fileExists(atPath: stray.path))
        }
    }

    @Test("A clip that crashes the server twice in a row is not tried again")
    func attempts() throws {
        try withTemporaryDirectory { folder throws in
            let ids = [ClipID.make(), ClipID.make()]
            do {
                let library = try ClipLibrary(folder: folder.path)
                for (id, attempts) in zip(ids, [1, 2]) {
                    try library.add(ClipRecord(id: id, name: "a", options: "{}"))
                    try ClipLibrary.makeFolder(library.files(of: id).path)
                    try library.update(id) { ($0.state, $0.attempts) = (.running, attempts) }
                }
            }
            let library = try ClipLibrary(folder: folder.path)
            #expect(try library.clip(ids[0])?.state == .queued)
            #expect(try library.clip(ids[1])?.state == .failed)
            #expect(try library.clip(ids[1])?.error?.contains("2 times in a row") == true)
        }
    }

    @Test("A full disk is reported as such")
    func diskFull() throws {
        let file = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        do {
            try file.write(contentsOf: Data("x".utf8))
            Issue.record("/dev/full took a byte")
        } catch {
            let written = InputError(.inputOutput, "/library/clips/a/upload: cannot be written: \(error.localizedDescription)")
            #expect(APIError.telling(written, folder: "/library")?.status == 507)
        }
        #expect(APIError.telling(InputError(.inputOutput, "/library/x: cannot be read"), folder: "/library") == nil)
    }

    @Test("Ids are safe in paths and checked before use")
    func ids() throws {
        let ids = Set((0..<1000).map { _ in ClipID.make() })
        #expect(ids.count == 1000)
        #expect(ids.allSatisfy { ClipID.isValid($0) && $0.wholeMatch(of: /[a-z2-7]{26}/) != nil })
        for text in ["", "..", "../../etc/passwd", String(repeating: "a", count: 25) + "/", String(repeating: "A", count: 26)] {
            #expect(!ClipID.isValid(text))
        }
    }
}
