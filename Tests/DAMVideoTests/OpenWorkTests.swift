import DAMVideo
import Masks
import Testing

/// If this fails, a run that a scheduler ends leaves a clip unfinished although all its captions are done.
struct OpenWorkTests {
    @Test func aClipWithAllTracksDoneIsOpenUntilItsFilesAreWritten() throws {
        let document = try exampleDocument(), work = OpenWork()
        #expect(work.isEmpty)
        work.begin([.number(7), .name("car"), .number(9)])
        work.update(.finished(document.tracks[0]))
        work.update(.failed(CaptionDocument.Problem(track: .number(9), code: "not_visible", message: "not visible")))
        // A track waits, perhaps for ever.
        #expect(work.isEmpty)
        work.update(.finished(document.tracks[1]))
        #expect(!work.isEmpty)
        work.end()
        #expect(work.isEmpty)
    }
}
