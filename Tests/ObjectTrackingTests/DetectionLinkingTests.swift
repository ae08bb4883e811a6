import Foundation
import Imaging
import Masks
import ObjectTracking
import Testing

/// If these fail, an object found by a detector gets several ids, several objects get one, or blips become tracks.
@Suite struct DetectionLinkingTests {
    @Test func crossingObjectsKeepTheirIds() {
        var drawn = DrawnDetections(seconds: 6)
        drawn.add { person(100 + 50 * $0) }
        drawn.add { person(400 - 50 * $0, 215) }
        let found = drawn.tracks()
        #expect(found.tracks.map(\.id) == [.number(1), .number(2)])
        #expect(drawn.ids(of: 0, in: found) == [.number(1)])
        #expect(drawn.ids(of: 1, in: found) == [.number(2)])
    }

    /// A post that looks somewhat like a person does so on every frame, which makes it no surer.
    @Test(arguments: [(0.45, 1), (0.75, 2)]) func whatStaysAtItsPlaceHasToLookLikeIt(score: Double, count: Int) {
        var drawn = DrawnDetections(seconds: 4)
        drawn.add(score: { 0.8 + 0.01 * $0 }) { person(100 + 50 * $0) }
        drawn.add(score: { score + 0.01 * sin(9 * $0) }) { _ in person(500) }
        #expect(drawn.tracks().tracks.count == count)
    }

    @Test func missedDetectionsAreBridged() throws {
        var drawn = DrawnDetections(seconds: 5)
        drawn.add { (2.0...2.7).contains($0) ? nil : person(100 + 40 * $0) }
        let found = drawn.tracks(), track = try #require(found.tracks.first)
        #expect(found.tracks.count == 1)
        #expect(track.boxes.keys.sorted() == Array(0...50))
        #expect(track.detections[24] == nil)
        let box = try #require(track.boxes[24])
        #expect(box.overlap(with: person(100 + 40 * 2.4)) > 0.8)
    }

    @Test func anObjectIsFoundAgainAfterALongGap() {
        var drawn = DrawnDetections(seconds: 7)
        drawn.add { (3.0...4.6).contains($0) ? nil : person(100 + 40 * $0) }
        let found = drawn.tracks()
        #expect(found.tracks.count == 1)
        #expect(found.tracks[0].boxes.count == 71)
    }

    /// A frame counter would lose the slow clip's object at once and keep the fast clip's for a blink.
    @Test(arguments: [2.0, 5, 10, 30, 60]) func secondsCountNotFrames(rate: Double) {
        var drawn = DrawnDetections(rate: rate, seconds: 12)
        drawn.add { (5.9...6.8).contains($0) ? nil : person(60 + 30 * $0) }
        drawn.add { $0 > 4 ? person(500 - 20 * $0, 320) : nil }
        // Half a second is a blip.
        drawn.add { (8.0...8.4).contains($0) ? person(500, 80) : nil }
        let found = drawn.tracks()
        #expect(found.tracks.map(\.id) == [.number(1), .number(2)])
        #expect(drawn.ids(of: 0, in: found) == [.number(1)])
        #expect(drawn.ids(of: 1, in: found) == [.number(2)])
        #expect(drawn.ids(of: 2, in: found).isEmpty)
        #expect(found.tracks[0].boxes.keys.sorted() == Array(drawn.times.indices))
    }

    @Test func lowScoresContinueATrackAndBeginNone() {
        var drawn = DrawnDetections(seconds: 20)
        drawn.add(score: { (8...10).contains($0) ? 0.15 : 0.9 }, box: { person(100 + 20 * $0) })
        drawn.add(score: { _ in 0.85 }, box: { person(500 - 15 * $0, 330) })
        drawn.add(score: { _ in 0.15 }, box: { _ in person(40, 60) })
        let found = drawn.tracks()
        #expect(found.tracks.count == 2)
        #expect(drawn.ids(of: 0, in: found) == [.number(1)])
        #expect(found.tracks[0].detections.count == 201)
        #expect(drawn.ids(of: 2, in: found).isEmpty)
    }

    /// Such as the raw scores of MOTChallenge's public detections.
    @Test func scoresOnAnyScale() {
        var drawn = DrawnDetections(seconds: 20), random = FixedNumbers(seed: 5)
        drawn.add(score: { 60 + 20 * sin($0) }, box: { person(100 + 20 * $0) })
        drawn.add(score: { 80 + 30 * sin($0 * 2) }, box: { person(500 - 15 * $0, 330) })
        for frame in 0...200 {
            for _ in 0..<2 {
                let place = (random.next(560) + 20, random.next(400) + 40)
                drawn.addClutter(frame: frame, box: person(place.0, place.1), score: random.next(25) - 1)
            }
        }
        let found = drawn.tracks()
        #expect(found.tracks.map(\.id) == [.number(1), .number(2)])
        #expect(found.fates.count { $0 == .weak || $0 == .unconfirmed } > 350)
    }

    @Test func oneObjectUnderTwoLabelsIsOne() {
        var drawn = DrawnDetections(seconds: 4)
        drawn.add(label: "car", score: { _ in 0.8 }, box: { Rectangle(left: 50 + 40 * $0, top: 100, width: 120, height: 70) })
        drawn.add(label: "truck", score: { _ in 0.6 }, box: { Rectangle(left: 52 + 40 * $0, top: 96, width: 122, height: 76) })
        let found = drawn.tracks()
        #expect(found.tracks.map(\.label) == ["car"])
        #expect(found.fates.count { if case .duplicate = $0 { true } else { false } } == 41)
        #expect(found.fates[41] == .duplicate(of: 0))
    }

    @Test func theLabelIsAVoteByScore() {
        var drawn = DrawnDetections(seconds: 4)
        // Few and sure against many and unsure.
        drawn.add(label: "van", score: { _ in 0.9 }, box: { $0 < 1.65 ? person(100) : nil })
        drawn.add(label: "bus", score: { 0.5 + $0 / 100 }, box: { $0 > 1.65 ? person(100) : nil })
        #expect(drawn.tracks().tracks.map(\.label) == ["van"])
    }

    @Test func aDetectionBesideASurerOneBeginsNoTrack() {
        var drawn = DrawnDetections(seconds: 10)
        drawn.add(score: { 80 + $0 }, box: { person(100 + 20 * $0) })
        drawn.add(score: { 20 + $0 }, box: { person(116 + 20 * $0) })
        drawn.add(score: { 85 + $0 }, box: { person(400 - 10 * $0, 330) })
        #expect(drawn.tracks().tracks.count == 2)
    }

    @Test func identitiesOfTheSourceAreKept() {
        var drawn = DrawnDetections(seconds: 3)
        drawn.add(identity: .number(1)) { person(300 + 20 * $0) }
        drawn.add(identity: .name("guard")) { $0 < 0.25 ? person(100) : nil }
        drawn.add { person(500 - 20 * $0, 330) }
        let found = drawn.tracks()
        #expect(found.tracks.map(\.id) == [.number(1), .number(2), .name("guard")])
        #expect(drawn.ids(of: 0, in: found) == [.number(1)])
        #expect(drawn.ids(of: 1, in: found) == [.name("guard")])
        #expect(drawn.ids(of: 2, in: found) == [.number(2)])
    }

    /// The frames between were not looked at: nothing was missed there.
    @Test func framesThatWereNotLookedAtMissNothing() {
        var drawn = DrawnDetections(rate: 30, seconds: 6)
        drawn.add { ($0 * 30).rounded().truncatingRemainder(dividingBy: 15) == 0 ? person(100 + 30 * $0) : nil }
        let found = drawn.tracks(looked: Array(stride(from: 0, through: 180, by: 15)))
        #expect(found.tracks.count == 1)
        #expect(found.tracks[0].detections.count == 13)
        #expect(found.tracks[0].boxes.count == 181)
    }

    @Test func jitterIsSmoothed() throws {
        var drawn = DrawnDetections(seconds: 5)
        drawn.add { person(200 + 8 * ((($0 * 10).rounded().truncatingRemainder(dividingBy: 2)) - 0.5)) }
        let track = try #require(drawn.tracks().tracks.first)
        let middles = (10...40).compactMap { track.boxes[$0].map { $0.left + $0.width / 2 } }
        #expect(middles.count == 31)
        #expect((middles.max() ?? 0) - (middles.min() ?? 0) < 5)
    }

    @Test func theSameTwice() {
        var drawn = DrawnDetections(seconds: 6)
        for index in 0..<6 { drawn.add { person(60 + Double(index) * 70 + 20 * $0, 100 + Double(index) * 40) } }
        #expect(drawn.tracks() == drawn.tracks())
    }
}

/// Numbers that look random and are the same in each run.
struct FixedNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// 0 up to a limit.
    mutating func next(_ limit: Double) -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 33) / Double(1 << 31) * limit
    }
}
