import Foundation
import Imaging
import Masks
import ObjectTracking
import Testing

/// If these fail, nobody can tell why a detection is not in the result.
@Suite struct DetectionFatesTests {
    private func detections() -> DrawnDetections {
        var drawn = DrawnDetections(seconds: 4)
        drawn.add(label: "person", score: { _ in 0.9 }, box: { person(100 + 20 * $0) })
        drawn.add(label: "Person", score: { _ in 0.6 }, box: { person(102 + 20 * $0) })
        drawn.add(label: "dog", score: { _ in 0.8 }, box: { person(400, 300 + 5 * $0) })
        drawn.addClutter(frame: 3, box: person(500, 50), score: 0.7)
        drawn.addClutter(frame: 90, box: person(500, 50), score: 0.7)
        drawn.addClutter(frame: 4, box: Rectangle(left: 20, top: 20, width: 0, height: 40), score: 0.7)
        return drawn
    }

    @Test func everyDetectionHasOne() {
        let drawn = detections(), found = drawn.tracks(), fates = DetectionFates(drawn.detections, found.fates)
        #expect(fates.counts == ["began": 2, "matched": 80, "duplicate": 41, "unconfirmed": 1, "outside": 1, "empty": 1])
        #expect(fates.counts.values.reduce(0, +) == drawn.detections.count)
        #expect(found.fates[0] == .began(.number(1)))
        #expect(found.fates[1] == .matched(.number(1)))
        for track in found.tracks {
            #expect(found.fates.count { $0.track == track.id } == track.detections.count)
        }
    }

    @Test func labelsAndScoresAreChosen() {
        let drawn = detections()
        let people = DetectionFates(drawn.detections, drawn.tracks(filter: DetectionFilter(labels: ["PERSON"])).fates)
        #expect(people.counts == ["began": 1, "matched": 40, "duplicate": 41, "other_label": 42, "outside": 1, "empty": 1])
        let sure = DetectionFilter(leastScore: 0.5, leastScores: ["dog": 0.85])
        let found = drawn.tracks(filter: sure)
        #expect(found.tracks.map(\.label) == ["person"])
        #expect(found.fates.count { $0 == .belowScore } == 41)
    }

    @Test func areWrittenAsJSONLines() throws {
        let detections = [
            Detection(frame: 3, box: Rectangle(left: 1, top: 2.25, width: 30, height: 40), label: "a/b", score: 0.5),
            Detection(frame: 3, box: Rectangle(left: 1, top: 2, width: 30, height: 40)),
            Detection(frame: 4, box: Rectangle(left: 0, top: 0, width: 1, height: 1)),
        ]
        let fates: [DetectionFate] = [.began(.number(7)), .duplicate(of: 0), .matched(.name("x"))]
        let text = String(decoding: try DetectionFates(detections, fates).lines(), as: UTF8.self)
        #expect(
            text == """
                {"box":[1,2.25,30,40],"fate":"began","frame":3,"label":"a/b","score":0.5,"track":7}
                {"box":[1,2,30,40],"fate":"duplicate","frame":3,"of":0}
                {"box":[0,0,1,1],"fate":"matched","frame":4,"track":"x"}

                """)
    }
}
