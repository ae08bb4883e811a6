import DAMVideo
import Foundation
import Imaging
import Masks
import ObjectTracking
import Testing

/// If these fail, important tracks are left out, or requests change when encoded and decoded.
struct TrackChoiceTests {
    private func track(_ id: Int, frames: Int, side: Int, step: Int) -> Track {
        Track(
            id: .number(id),
            appearances: (0..<frames).map {
                Track.Appearance(frame: $0, box: BoundingBox(left: step * $0, top: 0, width: side, height: side), area: side * side)
            })
    }

    @Test func movingTracksComeFirstThenLongAndLargeOnes() {
        let parked = track(1, frames: 100, side: 50, step: 0), brief = track(2, frames: 10, side: 20, step: 5)
        let small = track(3, frames: 40, side: 10, step: 2), large = track(4, frames: 40, side: 30, step: 2)
        let choice = TrackChoice([parked, brief, small, large], limit: 2)
        #expect(choice.chosen.map(\.id) == [.number(3), .number(4)])
        #expect(choice.leftOut.map(\.id) == [.number(1), .number(2)])
        #expect(TrackChoice([parked, brief], limit: nil).leftOut.isEmpty)
        #expect(TrackChoice([], limit: 3).chosen.isEmpty)
    }

    @Test func requestsForDetectedObjectsRoundTrip() throws {
        var settings = DetectionSettings()
        settings.format = .coco
        settings.frameOffset = 3
        let filter = DetectionFilter(labels: ["person"], leastScore: 0.2, leastScores: ["car": 0.4])
        var options = ClipOptions()
        options.maxTracks = 7
        for request in [
            ClipRequest(clip: "a.mp4", options: options),
            ClipRequest(clip: "a.mp4", objects: .detections(path: "d.json", settings: settings, filter: filter)),
        ] {
            let data = try JSONEncoder().encode(request)
            #expect(try JSONDecoder().decode(ClipRequest.self, from: data) == request)
        }
        #expect(throws: DecodingError.self) {
            var data = try JSONEncoder().encode(ClipRequest(clip: "a.mp4"))
            data = Data(String(decoding: data, as: UTF8.self).replacing("motion", with: "magic").utf8)
            _ = try JSONDecoder().decode(ClipRequest.self, from: data)
        }
    }
}
