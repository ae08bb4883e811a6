import Foundation
import Masks
import TestSupport
import Testing

/// If these fail, documents have wrong boxes, areas or visible frames for the sample in the README.
@Suite struct CourtyardTests {
    private let expected: [String: [[Int]]]
    private let reader: LabelFolderReader

    init() throws {
        let fixture = URL(filePath: Fixtures.path("masks/courtyard.json"))
        expected = try JSONDecoder().decode([String: [[Int]]].self, from: Data(contentsOf: fixture))
        reader = try LabelFolderReader(path: Courtyard.masks)
    }

    @Test func tracksEqualNumpy() throws {
        #expect(reader.size.width == 768 && reader.size.height == 576)
        #expect(reader.annotatedFrames == Array(0..<60))
        #expect(reader.tracks.map(\.id.description) == expected.keys.sorted())
        for track in reader.tracks {
            let found = track.appearances.map { [$0.frame, $0.box.left, $0.box.top, $0.box.width, $0.box.height, $0.area] }
            #expect(found == expected[track.id.description])
            #expect(track.firstFrame == found.first?[0] && track.lastFrame == found.last?[0])
            #expect(track.label == nil)
        }
    }

    /// Masks read on demand equal the scanned ones.
    @Test func masksAreReadAgainOnDemand() throws {
        for track in reader.tracks {
            for appearance in track.appearances where appearance.frame % 13 == 0 {
                let mask = try reader.mask(of: track.id, at: appearance.frame)
                #expect(mask.boundingBox == appearance.box)
                #expect(mask.area == appearance.area)
            }
        }
    }

    @Test func masksMatchTheClip() throws {
        try reader.validate(width: 768, height: 576, frameCount: 60)
        try reader.validate(width: 768, height: 576, frameCount: nil)
        let size = #expect(throws: MaskError.self) { try reader.validate(width: 576, height: 768, frameCount: 60) }
        #expect(size?.description == "\(reader.path): found masks of 768x576, expected 576x768 as the clip")
        let beyond = #expect(throws: MaskError.self) { try reader.validate(width: 768, height: 576, frameCount: 58) }
        #expect(
            beyond?.description.hasSuffix(
                "masks/00058.png: found a mask for frame 58, expected none after frame 57: the clip has 58 frames") == true)
        #expect(beyond?.category == .invalid)
    }

    @Test func unknownTracksAndFramesAreErrors() {
        let track = #expect(throws: MaskError.self) { try reader.mask(of: .number(9), at: 0) }
        #expect(track?.description == "\(reader.path): found no track 9, expected one of 1, 2, 3, 4, 5")
        #expect(throws: MaskError.self) { try reader.track(.name("1")) }
        let frame = #expect(throws: MaskError.self) { try reader.mask(of: .number(1), at: 60) }
        #expect(frame?.reason == .notVisible(.number(1), frame: 60))
    }
}
