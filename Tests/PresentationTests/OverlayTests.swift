import Imaging
import Masks
import Presentation
import Testing

/// Outlines and captions shown at a time: if these fail, a rendered clip names the wrong object or flickers.
struct OverlayTests {
    /// Tracks with masks on some frames, and annotated frames; the masks themselves are irrelevant.
    private struct Masks: MaskSource {
        let path = "masks"
        let size = PictureSize(width: 64, height: 48)
        let annotatedFrames: [Int]
        let tracks: [Track]

        init(annotated: [Int], visible: [Int]) {
            annotatedFrames = annotated
            let box = BoundingBox(left: 1, top: 1, width: 4, height: 4)
            tracks = [
                Track(id: .number(1), appearances: visible.map { Track.Appearance(frame: $0, box: box, area: 16) })
            ]
        }

        func file(of frame: Int) -> String { path }

        func mask(of track: TrackID, at frame: Int) throws -> Mask {
            Mask(width: 64, height: 48, pixels: [UInt8](repeating: 1, count: 64 * 48))
        }
    }

    private func shown(annotated: [Int], visible: [Int], frames: Range<Int>) -> [Int?] {
        let masks = Masks(annotated: annotated, visible: visible)
        let held = HeldMasks(masks.tracks[0], of: masks, frameRate: 25)
        return frames.map { held.source(at: $0) }
    }

    /// SA-V has masks on every fourth frame: the outline stays in between.
    @Test func outlinesStayBetweenMasks() {
        #expect(shown(annotated: [0, 4, 8], visible: [0, 4], frames: 0..<10) == [0, 0, 0, 0, 4, 4, 4, 4, nil, nil])
        #expect(shown(annotated: [3], visible: [3], frames: 2..<10) == [nil, 3, 3, 3, 3, 3, nil, nil])
    }

    /// In an annotated frame without the object nothing is shown.
    @Test func tracksThatAreAwayShowNothing() {
        #expect(shown(annotated: Array(0..<6), visible: [0, 1, 4], frames: 0..<6) == [0, 1, nil, nil, 4, nil])
    }

    /// With masks every 60 frames, a mask is not shown for longer than a second.
    @Test func outlinesStayForASecondAtMost() {
        let frames = shown(annotated: [0, 60, 120], visible: [0, 60, 120], frames: 0..<60)
        #expect(frames.prefix(25).allSatisfy { $0 == 0 } && frames.dropFirst(25).allSatisfy { $0 == nil })
    }

    @Test func stretchesAreTheFramesShown() {
        let masks = Masks(annotated: Array(0..<50), visible: [2, 3, 4, 7, 30])
        let held = HeldMasks(masks.tracks[0], of: masks, frameRate: 25)
        #expect(held.stretches(joining: 1) == [2..<5, 7..<8, 30..<31])
        #expect(held.stretches(joining: 10) == [2..<8, 30..<31])
    }

    @Test func scheduleListsVisibleTracks() {
        let schedule = CaptionSchedule([[0..<10], [5..<8, 20..<25], []])
        #expect(schedule.stretches.map(\.frames) == [0..<5, 5..<8, 8..<10, 20..<25])
        #expect(schedule.stretches.map(\.tracks) == [[0], [0, 1], [0], [1]])
        #expect(schedule.stretch(at: 7)?.tracks == [0, 1])
        #expect(schedule.stretch(at: 12) == nil && schedule.stretch(at: 25) == nil)
    }

    /// Captions with the given numbers of lines, one pixel per line.
    private func pages(_ lines: [Int], columns: Int, height: Int) -> [[CaptionPages.Place]] {
        CaptionPages(columns: columns, height: height, gap: 1)(Array(lines.indices)) { min(lines[$0], $1) }
    }

    @Test func captionsAreCompleteIfThereIsRoom() {
        let pages = pages([5, 3, 7], columns: 2, height: 10)
        #expect(pages.map { $0.map(\.column) } == [[0, 0, 1]] && pages[0].map(\.top) == [0, 6, 0])
        #expect(pages[0].allSatisfy { $0.lines >= 7 })
    }

    @Test func captionsAreTruncatedToTheLinesThatFit() {
        let pages = pages([30, 30, 30, 4], columns: 1, height: 31)
        #expect(pages.count == 1 && pages[0].map(\.lines) == [8, 8, 8, 8])
        #expect(pages[0].map(\.top) == [0, 9, 18, 27])
    }

    /// Forty tracks at once: three lines each, on alternating pages, all included and none overlapping.
    @Test func captionsThatDoNotFitAlternate() {
        let pages = pages([Int](repeating: 20, count: 40), columns: 2, height: 15)
        #expect(pages.flatMap { $0.map(\.caption) } == Array(0..<40))
        #expect(pages.count == 5)
        for page in pages {
            for (place, next) in zip(page, page.dropFirst()) where place.column == next.column {
                #expect(next.top >= place.top + 3)
            }
            #expect(page.allSatisfy { $0.lines == 3 && $0.top + 3 <= 15 && $0.column < 2 })
        }
    }

    @Test func aCaptionHigherThanThePageIsTruncated() {
        let pages = pages([400], columns: 1, height: 6)
        #expect(pages.count == 1 && pages[0][0].lines == 6)
    }
}
