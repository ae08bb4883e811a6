import Evaluation
import Imaging
import Masks
import Testing

/// If these fail, a track that shows nothing counts as an object, or a detected object as missed.
struct SceneMatchesTests {
    /// Squares of 10 pixels that move right.
    private struct Squares: MaskSource {
        let path = "squares"
        let size = PictureSize(width: 100, height: 100)
        let annotatedFrames = Array(0..<10)
        let tracks: [Track]

        /// - Parameter corners: position of each track's square in frame 0; it is visible in `frames`.
        init(_ corners: [(left: Int, top: Int, frames: Range<Int>)]) {
            tracks = corners.enumerated().map { number, square in
                Track(
                    id: .number(number + 1),
                    appearances: square.frames.map {
                        let box = BoundingBox(left: square.left + 3 * $0, top: square.top, width: 10, height: 10)
                        return Track.Appearance(frame: $0, box: box, area: 100)
                    })
            }
        }

        func file(of frame: Int) -> String { path }

        func mask(of track: TrackID, at frame: Int) throws -> Mask {
            let box = try #require(tracks.first { $0.id == track }?.appearance(at: frame)?.box)
            var pixels = [UInt8](repeating: 0, count: 10_000)
            for y in box.top..<box.bottom {
                for x in box.left..<box.right { pixels[100 * y + x] = 1 }
            }
            return Mask(width: 100, height: 100, pixels: pixels)
        }
    }

    @Test func tracksBelongToTheObjectTheyShowMostOfTheTime() throws {
        let truth = Squares([(0, 0, 0..<10), (0, 40, 0..<10)])
        // Shifted by a pixel; half of the second object's time; nothing; part of the first object, which another track shows
        // better.
        let found = Squares([(0, 41, 5..<10), (1, 1, 0..<10), (20, 80, 0..<10), (0, 1, 0..<3)])
        let matches = try SceneMatches(truth: truth, found: found)
        #expect(matches.pairs == [.number(1): .number(2)])
        #expect(matches.falseTracks == 1)
        let longer = try SceneMatches(truth: truth, found: Squares([(0, 41, 2..<10)]))
        #expect(longer.pairs == [.number(2): .number(1)] && longer.falseTracks == 0)
        let none = try SceneMatches(truth: truth, found: Squares([]))
        #expect(none.pairs.isEmpty && none.falseTracks == 0)
    }
}
