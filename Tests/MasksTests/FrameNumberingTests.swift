import Foundation
import Masks
import TestSupport
import Testing

/// If these fail, masks land on the wrong frames without a note.
@Suite struct FrameNumberingTests {
    private func frames(
        _ numbers: some Sequence<Int>, of clip: Int, _ change: (inout MaskSettings) -> Void = { _ in }
    ) throws -> (frames: [Int], notes: [String]) {
        var found: ([Int], [String]) = ([], [])
        try MaskFolderBuilder.run { builder in
            try builder.add(names(numbers))
            let source = try builder.open(frames: clip, change)
            #expect(source.tracks[0].visibleFrames == source.annotatedFrames)
            for frame in source.annotatedFrames { #expect(try source.mask(of: .number(1), at: frame).area == 36) }
            found = (source.annotatedFrames, source.notes)
        }
        return found
    }

    /// With as many masks as frames, they are matched in order.
    @Test(arguments: [1, 100]) func asManyAsFrames(first: Int) throws {
        let found = try frames(first..<first + 8, of: 8)
        #expect(found.frames == Array(0..<8))
        #expect(found.notes.count == 1 && found.notes[0].contains("number \(first) is frame 0"))
        #expect(found.notes[0].contains("--mask-frame-offset 0"))
    }

    @Test func everyFifthOfAnotherClip() throws {
        #expect(try frames(stride(from: 0, to: 40, by: 5), of: 8).frames == Array(0..<8))
        #expect(try frames([100, 105, 115, 135], of: 8).frames == [0, 1, 3, 7])
    }

    @Test func oneBeyondTheEndCountsFromOne() throws {
        #expect(try frames([1, 4, 8], of: 8).frames == [0, 3, 7])
        #expect(try frames([5, 8], of: 8).frames == [4, 7])
        #expect(try frames([20, 23, 27], of: 8).frames == [0, 3, 7])
    }

    @Test func numbersThatFitAreKeptWithANoteIfInDoubt() throws {
        #expect(try frames(0..<8, of: 8).notes.isEmpty)
        #expect(try frames([0, 5], of: 8).notes.isEmpty)
        let fromOne = try frames([1, 2, 3], of: 8)
        #expect(fromOne.frames == [1, 2, 3] && fromOne.notes.count == 1 && fromOne.notes[0].contains("--mask-frame-offset -1"))
        // All but the first frame: an object that appears later.
        let later = try frames(1..<8, of: 8)
        #expect(later.frames == Array(1..<8) && later.notes.count == 1 && later.notes[0].contains("--mask-frame-offset -1"))
        let every = try frames(0..<4, of: 8)
        #expect(
            every.frames == [0, 1, 2, 3] && every.notes.count == 1
                && every.notes[0].contains("--mask-frame-step 2 if they are of every 2 frames"))
        #expect(try frames(0..<5, of: 8).notes.isEmpty)
    }

    /// A header's frame count does not move numbers; counted frames do.
    @Test func onlyCountedFramesMoveNumbers() throws {
        func open(_ numbers: [Int], claimed: Int?, counted: Int?) throws -> any MaskSource {
            var found: (any MaskSource)?
            try MaskFolderBuilder.run { builder in
                try builder.add(names(numbers))
                let clip = ClipFacts(frameCount: claimed, isCountExact: false)
                found = try MaskSources.open(builder.path, clip: clip) { counted }
            }
            return try #require(found)
        }
        #expect(try open([10, 50], claimed: 50, counted: 51).annotatedFrames == [10, 50])
        #expect(try open([10, 50], claimed: 50, counted: 50).annotatedFrames == [9, 49])
        #expect(try open([10, 50], claimed: nil, counted: 50).annotatedFrames == [9, 49])
        for numbers in [[10, 50], Array(1...50)] {
            let unknown = try open(numbers, claimed: 50, counted: nil)
            #expect(unknown.annotatedFrames == numbers && unknown.notes.isEmpty)
            let error = #expect(throws: MaskError.self) { try unknown.validate(width: 32, height: 24, frameCount: 50) }
            #expect(
                error?.description.hasSuffix(
                    "the clip has 50 frames as its header says (--mask-frame-offset -1 if masks count from 1)") == true)
        }
        #expect(try open(Array(0..<50), claimed: nil, counted: nil).numberingHelp.isEmpty)
    }

    @Test func optionsOverrideTheGuess() throws {
        let asTheyAre = try frames([1, 2, 3], of: 8) { $0.frameOffset = 0 }
        #expect(asTheyAre.frames == [1, 2, 3] && asTheyAre.notes.isEmpty)
        #expect(try frames(1...8, of: 8) { $0.frameOffset = 0 }.frames == Array(1...8))
        #expect(try frames(0..<4, of: 8) { $0.frameStep = 2 }.frames == [0, 2, 4, 6])
    }

    @Test func numbersThatDoNotFitAreRefusedWithAHint() throws {
        try MaskFolderBuilder.run { builder in
            try builder.add(names(100..<103))
            let source = try builder.open(frames: 8)
            let error = #expect(throws: MaskError.self) { try source.validate(width: 32, height: 24, frameCount: 8) }
            #expect(
                error?.description.hasSuffix(
                    "the clip has 8 frames (--mask-frame-offset -100 if number 100 is the clip's first frame)") == true)
            try builder.add(names([300]))
            let wide = try builder.open(frames: 8)
            let other = #expect(throws: MaskError.self) { try wide.validate(width: 32, height: 24, frameCount: 8) }
            #expect(other?.description.contains("--mask-frame-step") == true)
        }
    }

    /// Stills and masks with the same names belong together, whatever their numbers.
    @Test func namesOfStills() throws {
        try MaskFolderBuilder.run { builder in
            try builder.add(["00002.png", "00003.jpg.png"])
            let source = try builder.open(stills: names(1...9, ending: ".jpg"))
            #expect(source.annotatedFrames == [1, 2] && source.notes.count == 1)
            #expect(source.notes.first?.contains("00002.png is frame 1") == true)
            #expect(try builder.open(stills: names(0..<9, ending: ".jpg")).notes.isEmpty)
        }
        try MaskFolderBuilder.run { builder in
            try builder.add(["bert.png", "1717171717000.png"])
            let stills = ["x/anna.jpg", "x/bert.jpg", "x/1717171717000.jpg"]
            #expect(try builder.open(stills: stills).annotatedFrames == [1, 2])
            #expect(builder.error() != nil)
        }
        try MaskFolderBuilder.run { builder in
            try builder.add(["00002_mask.png", "00003_mask.png"])
            #expect(try builder.open(stills: names(1...9, ending: ".jpg")).annotatedFrames == [1, 2])
            #expect(try builder.open(stills: names(20...29, ending: ".jpg")).annotatedFrames == [2, 3])
        }
        try MaskFolderBuilder.run { builder in
            try builder.add(["1/00002.png", "1/00003.png", "2/00003.png"])
            let source = try builder.open(stills: names(1...9, ending: ".jpg"))
            #expect(source.annotatedFrames == [1, 2] && source.annotatedFrames(of: .number(2)) == [2])
        }
    }

    @Test func numbersTooLargeForAFrame() throws {
        try MaskFolderBuilder.run { builder in
            let names = (0..<3).map { "\(1_717_171_717_000 + $0 * 40).png" }
            try builder.add(names)
            #expect(builder.error()?.contains("found a number too large for a frame in the name 1717171717080.png") == true)
            #expect(try builder.open(frames: 3).annotatedFrames == [0, 1, 2])
        }
    }

    /// Frames in formats that count from 1 are matched with stills by position.
    @Test func motFramesAndStills() throws {
        try MaskFolderBuilder.run { builder in
            let rows = (3...4).map { "\($0),1,2,2,5,5,1" }.joined(separator: "\n")
            try builder.add("mot.txt", Data(rows.utf8))
            #expect(try builder.open("mot.txt", stills: names(0..<9, ending: ".jpg")).annotatedFrames == [2, 3])
            #expect(try builder.open("mot.txt", stills: names(1...9, ending: ".jpg")).annotatedFrames == [2, 3])
            #expect(try builder.open("mot.txt", stills: names(3...9, ending: ".jpg")).annotatedFrames == [0, 1])
        }
    }

    @Test func settingsRoundTrip() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        func text(_ settings: MaskSettings) throws -> String { String(decoding: try encoder.encode(settings), as: UTF8.self) }
        var settings = MaskSettings()
        #expect(try text(settings) == #"{"frame_offset":0,"keep_going":false}"#)
        for offset in [nil, 0, -1] {
            settings.frameOffset = offset
            settings.absence = offset.map { _ in .notSaid }
            #expect(try JSONDecoder().decode(MaskSettings.self, from: encoder.encode(settings)) == settings)
        }
    }

    private let clock = ["12-58-50.png", "12-58-56.png", "12-59-02.png", "12-59-08.png"]

    @Test func timesAreNotFrames() throws {
        try MaskFolderBuilder.run { builder in
            try builder.add(clock)
            let source = try builder.open(frames: 4)
            #expect(source.annotatedFrames == [0, 1, 2, 3] && source.file(of: 2).hasSuffix("12-59-02.png"))
            #expect(source.notes.contains { $0.contains("taken in their order") })
            let refused = try #require(builder.error(frames: 70))
            #expect(refused.contains("found 4 names with several numbers") && refused.contains("--mask-frame-step"))
            #expect(try builder.open(frames: 70) { $0.frameStep = 6 }.annotatedFrames == [0, 6, 12, 18])
            // Stills with these names determine the frames.
            let stills = ["12-58-47.jpg"] + clock.map { $0.replacing("png", with: "jpg") }
            #expect(try builder.open(stills: stills).annotatedFrames == [1, 2, 3, 4])
        }
        try MaskFolderBuilder.run { builder in
            try builder.add(["f_9.0.png", "f_9.5.png", "f_10.0.png"])
            #expect(try builder.open(frames: 3).file(of: 2).hasSuffix("f_10.0.png"))
            #expect(builder.error(frames: 300)?.contains("several numbers") == true)
        }
    }

    /// Each object's folder uses the positions among all names.
    @Test func timesOfObjects() throws {
        try MaskFolderBuilder.run { builder in
            try builder.add(clock.map { "1/" + $0 } + clock.dropFirst(2).map { "2/" + $0 })
            let source = try builder.open(frames: 4)
            #expect(source.tracks.map(\.visibleFrames) == [[0, 1, 2, 3], [2, 3]])
        }
        try MaskFolderBuilder.run { builder in
            try builder.add(clock.flatMap { name in [1, 2].map { name.replacing(".png", with: "_mask_\($0).png") } })
            let source = try builder.open(frames: 4)
            #expect(source.tracks.map(\.visibleFrames) == [[0, 1, 2, 3], [0, 1, 2, 3]])
        }
    }

    @Test func oneMaskIsNumberedOnce() throws {
        let notes = try frames([40], of: 40).notes
        #expect(notes.count == 1 && notes[0].contains("1 mask numbered 40 for a clip of 40 frames: number 40 is frame 39 ("))
    }
}
