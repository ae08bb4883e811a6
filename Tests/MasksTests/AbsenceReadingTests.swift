import Foundation
import Masks
import TestSupport
import Testing

/// If these fail, tracks end although nothing says so, or continue after their objects are gone.
@Suite struct AbsenceReadingTests {
    /// Opens label images, given as objects by frame.
    private func open(
        _ objects: [Int: [UInt8]], clip: Int?, _ absence: MaskSettings.Absence? = nil
    ) throws -> any MaskSource {
        var source: (any MaskSource)?
        try MaskFolderBuilder.run { builder in
            for (frame, list) in objects { try builder.add(names([frame])[0], objects: list) }
            source = try builder.open(frames: clip) { $0.absence = absence }
        }
        return try #require(source)
    }

    private let sparse: [Int: [UInt8]] = [0: [1], 5: [1, 2], 10: [2], 15: [1]]

    @Test func gapsLeaveAbsenceOpen() throws {
        for clip in [20, nil] {
            let source = try open(sparse, clip: clip)
            #expect(source.annotatedFrames == [0, 5, 10, 15])
            #expect(source.annotatedFrames(of: .number(1)) == [0, 5, 15])
            #expect(source.annotatedFrames(of: .number(2)) == [5, 10])
            #expect(!source.isGiven(.number(2), at: 15))
            #expect(source.notes.count == 1 && source.notes[0].contains("--absent-means absent"))
        }
        #expect(try open([0: [1, 2], 5: [1, 2]], clip: 20).notes.isEmpty)
    }

    /// An image without any object means that there is none.
    @Test func anEmptyImageMeansAbsence() throws {
        let source = try open(sparse.merging([18: []]) { $1 }, clip: 20)
        #expect(source.annotatedFrames(of: .number(2)) == [5, 10, 18])
    }

    @Test func consecutiveFramesAreComplete() throws {
        let objects = Dictionary(uniqueKeysWithValues: (0..<6).map { ($0, $0 < 3 ? [1, 2] : [UInt8(1)]) })
        for clip in [6, nil] {
            let source = try open(objects, clip: clip)
            #expect(source.annotatedFrames(of: .number(2)) == Array(0..<6) && source.notes.isEmpty)
        }
        // Consecutive frames at the start: treated as complete, with a note.
        let part = try open(objects, clip: 50)
        #expect(part.annotatedFrames(of: .number(2)) == Array(0..<6))
        #expect(part.notes.contains { $0.contains("--absent-means not-said") })
        // Masks of one frame are missing.
        var lacking = objects
        lacking[1] = nil
        #expect(try open(lacking, clip: 6).annotatedFrames(of: .number(2)) == [0, 2, 3, 4, 5])
    }

    @Test func theSettingDecides() throws {
        let absent = try open(sparse, clip: 20, .absent)
        #expect(absent.annotatedFrames(of: .number(2)) == [0, 5, 10, 15] && absent.notes.isEmpty)
        let dense = try open([0: [1, 2], 1: [1], 2: [1]], clip: 3, .notSaid)
        #expect(dense.annotatedFrames(of: .number(2)) == [0] && dense.notes.isEmpty)
    }

    /// In JSON, empty masks are explicit.
    @Test func emptyMasksAreExplicit() throws {
        let mask = #"{"size":[2,3],"counts":[0,2,4]}"#, empty = #"{"size":[2,3],"counts":[6]}"#
        let json = """
            {"videos":[{"id":1,"width":3,"height":2,"length":4}],"annotations":[
            {"id":1,"video_id":1,"segmentations":[\(mask),\(mask),\(mask),\(mask)]},
            {"id":2,"video_id":1,"segmentations":[\(mask),null,\(empty),null]}]}
            """
        try MaskFolderBuilder.run { builder in
            try builder.add("a.json", Data(json.utf8))
            func frames(_ absence: MaskSettings.Absence?) throws -> [Int] {
                try builder.open("a.json") { $0.absence = absence }.annotatedFrames(of: .number(2))
            }
            #expect(try frames(nil) == [0, 2])
            #expect(try frames(.notSaid) == [0, 2])
            #expect(try frames(.absent) == [0, 1, 2, 3])
        }
    }
}
