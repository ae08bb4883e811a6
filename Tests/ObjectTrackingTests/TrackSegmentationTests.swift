import Foundation
import Imaging
import Masks
import ObjectTracking
import Testing

/// If these fail, long tracks are told in parts that begin in the middle of what an object does, or in a flood of short ones.
struct TrackSegmentationTests {
    private static let picture = PictureSize(width: 768, height: 576)

    /// A track as it is drawn, at `rate` frames a second.
    private struct Drawn {
        var rate = 10.0
        var appearances: [Track.Appearance] = []
        private var x = 0.0, y = 0.0, width = 0.0, height = 0.0, noise = 0.0
        private var random = UInt64(1)
        private(set) var frame = 0

        init(x: Double, y: Double, width: Double = 40, height: Double = 90, rate: Double = 10, noise: Double = 0) {
            (self.x, self.y, self.width, self.height) = (x, y, width, height)
            (self.rate, self.noise) = (rate, noise)
        }

        /// -1 to 1.
        private mutating func draw() -> Double {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(random >> 33) / Double(UInt32.max >> 2) - 1
        }

        /// Moves on for some seconds at a speed in pixels a second, each box off by up to `noise` of its size.
        mutating func go(_ seconds: Double, x: Double = 0, y: Double = 0, growth: Double = 0) {
            for _ in 0..<Int((seconds * rate).rounded()) {
                func jittered(_ value: Double, _ size: Double) -> Int { Int((value + draw() * noise * size).rounded()) }
                let box = BoundingBox(
                    left: jittered(self.x - width / 2, width), top: jittered(self.y - height / 2, height),
                    width: max(1, jittered(width, width)), height: max(1, jittered(height, height)))
                appearances.append(Track.Appearance(frame: frame, box: box, area: max(1, box.width * box.height * 6 / 10)))
                frame += 1
                self.x += x / rate
                self.y += y / rate
                width *= 1 + growth / rate
                height *= 1 + growth / rate
            }
        }

        /// Is not seen for some seconds.
        mutating func hide(_ seconds: Double) { frame += Int((seconds * rate).rounded()) }

        func parts(_ length: SegmentLength) -> [Range<Int>] {
            TrackSegmentation(length, picture: TrackSegmentationTests.picture)
                .parts(of: appearances[...]) { Double($0) / rate }
        }

        /// Seconds at which parts behind the first begin.
        func starts(_ length: SegmentLength = .automatic) -> [Double] {
            parts(length).dropFirst().map { Double(appearances[$0.lowerBound].frame) / rate }
        }
    }

    private func isNear(_ found: [Double], _ expected: [Double], _ tolerance: Double = 0.5) -> Bool {
        found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance }
    }

    @Test(arguments: [
        (6.0, [0..<20, 20..<40, 40..<60]), (5.0, [0..<20, 20..<40, 40..<50]), (4.9, [0..<20, 20..<49]),
        (3.0, [0..<20, 20..<30]), (2.9, []), (0.1, []),
    ] as [(Double, [Range<Int>])])
    func partsOfSoManySeconds(seconds: Double, expected: [Range<Int>]) {
        var track = Drawn(x: 100, y: 300)
        track.go(seconds, x: 50)
        #expect(track.parts(.seconds(2)) == expected)
    }

    /// What is hidden for longer than a part begins a new one when it is back; what is hidden for less does not.
    @Test func secondsAreCountedAnewBehindALongPause() {
        var track = Drawn(x: 100, y: 300)
        track.go(3)
        track.hide(1.5)
        track.go(1.5)
        track.hide(20.3)
        track.go(4)
        #expect(track.starts(.seconds(2)) == [2, 4.5, 26.3, 28.3])
    }

    /// A look of a moment is no part of its own.
    @Test func momentsBelongToTheNearerPart() {
        var track = Drawn(x: 100, y: 300)
        track.go(4)
        track.hide(5)
        track.go(0.3)
        track.hide(30)
        track.go(4)
        #expect(track.parts(.seconds(4)) == [0..<43, 43..<83])
        #expect(track.parts(.automatic) == [0..<43, 43..<83])
    }

    /// Parts are parts of the slice they are cut from, and masks on few frames are enough for them.
    @Test func indicesAreThoseOfTheSlice() {
        var track = Drawn(x: 100, y: 300)
        track.go(12)
        let some = track.appearances.filter { $0.frame % 4 == 0 }
        let parts = TrackSegmentation(.seconds(4), picture: Self.picture).parts(of: some[5...]) { Double($0) / 10 }
        #expect(parts == [5..<15, 15..<25, 25..<30] && some.endIndex == 30)
        #expect(TrackSegmentation(.automatic, picture: Self.picture).parts(of: [][...]) { Double($0) } == [])
    }

    @Test func expectedPartsAreThoseOfATrackThatIsAlwaysSeen() {
        for seconds in [0.5, 2.9, 3, 4.9, 5, 6, 61] {
            var track = Drawn(x: 100, y: 300)
            track.go(seconds)
            let length = SegmentLength.seconds(2)
            #expect(TrackSegmentation(length, picture: Self.picture).expectedParts(seconds: seconds) == track.parts(length).count)
        }
        #expect(TrackSegmentation(.automatic, picture: Self.picture).expectedParts(seconds: 60) == nil)
    }

    @Test(arguments: [(10.0, 0.0), (10, 0.06), (25, 0.06), (2, 0.02)])
    func aNewPartWhereItStopsAndStarts(rate: Double, noise: Double) {
        var track = Drawn(x: 100, y: 300, rate: rate, noise: noise)
        track.go(5, x: 60)
        track.go(5)
        track.go(5, x: 60)
        #expect(isNear(track.starts(), [5, 10]), "\(track.starts())")
    }

    @Test(arguments: [(10.0, 0.0), (10, 0.06), (25, 0.06)])
    func aNewPartWhereItTurns(rate: Double, noise: Double) {
        var track = Drawn(x: 100, y: 200, rate: rate, noise: noise)
        track.go(5, x: 60)
        track.go(4, y: 60)
        #expect(isNear(track.starts(), [5]), "\(track.starts())")
        // Back, with a halt that is too short for a part of its own.
        track.go(0.6)
        track.go(4, y: -60)
        #expect(isNear(track.starts(), [5, 9.3], 0.8), "\(track.starts())")
    }

    /// Whichever way it goes from the first frame on.
    @Test(arguments: [(-60.0, 0.0), (-60, -20), (0, -60), (60, -20)])
    func theFirstDirectionIsNoTurn(x: Double, y: Double) {
        var track = Drawn(x: 400, y: 400)
        track.go(5, x: x, y: y)
        #expect(track.starts() == [])
    }

    /// A bend by less than the angle is none, and so is a step aside.
    @Test func bendsAndStepsAsideAreNoTurns() {
        var bend = Drawn(x: 100, y: 200, noise: 0.03)
        bend.go(5, x: 60)
        bend.go(5, x: 50, y: 40)
        #expect(bend.starts() == [])
        var step = Drawn(x: 100, y: 200)
        step.go(4, x: 60)
        step.go(0.5, y: 60)
        step.go(4, x: 60)
        #expect(step.starts() == [])
    }

    @Test func aNewPartBehindALongPause() {
        var track = Drawn(x: 100, y: 300)
        track.go(3, x: 60)
        track.hide(1)
        track.go(3, x: 60)
        track.hide(3)
        track.go(3, x: 60)
        #expect(track.starts() == [10])
    }

    /// It walks along the lower edge, partly outside, and then further up; and comes from afar.
    @Test func aNewPartWhereItEntersOrLeaves() {
        var edge = Drawn(x: 60, y: 531)
        edge.go(4, x: 60)
        let inside = edge.appearances.count
        edge.go(4, x: 60)
        let moved = edge.appearances[inside...].map {
            Track.Appearance(frame: $0.frame, box: BoundingBox(left: $0.box.left, top: $0.box.top, width: 40, height: 80), area: $0.area)
        }
        edge.appearances.replaceSubrange(inside..., with: moved)
        #expect(edge.starts() == [4])
        var far = Drawn(x: 300, y: 200, width: 12, height: 27)
        far.go(12, growth: 0.15)
        let starts = far.starts()
        // 0.6 of what it is at nine tenths of the time: 0.6 = 1.015 ^ (-10 * seconds).
        #expect(isNear(starts, [10.8 - 3.43], 0.6), "\(starts)")
    }

    @Test func jitterAndSingleWrongBoxesAreNoReason() {
        var standing = Drawn(x: 300, y: 300, noise: 0.06), walking = Drawn(x: 50, y: 300, rate: 25, noise: 0.06)
        standing.go(60)
        walking.go(12, x: 55)
        #expect(standing.starts() == [] && walking.starts() == [], "\(standing.starts()) \(walking.starts())")
        for place in stride(from: 40, to: 600, by: 37) {
            let wrong = BoundingBox(left: 0, top: 0, width: 300, height: 300)
            standing.appearances[place] = Track.Appearance(frame: place, box: wrong, area: 50_000)
        }
        #expect(standing.starts() == [], "\(standing.starts())")
    }

    /// However often it changes its mind.
    @Test func noPartIsShorterThanTheShortest() {
        var track = Drawn(x: 100, y: 300, noise: 0.03)
        for step in 0..<30 {
            track.go(0.7 + Double(step % 5) * 0.4, x: step % 3 == 0 ? 0 : step % 3 == 1 ? 60 : -60)
        }
        let parts = track.parts(.automatic)
        #expect(parts.count > 3 && parts.allSatisfy { Double($0.count) / 10 >= TrackSegmentation.shortestPart - 1e-9 }, "\(parts)")
        #expect(parts.first?.lowerBound == 0 && parts.last?.upperBound == track.appearances.count)
        #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }

    @Test func lengthsAreReadAndWritten() throws {
        for (text, length) in [("2", SegmentLength.seconds(2)), ("0.5", .seconds(0.5)), ("auto", .automatic)] {
            #expect(SegmentLength(text: text) == length)
            let json = try JSONEncoder().encode([length])
            #expect(String(decoding: json, as: UTF8.self) == (text == "auto" ? "[\"auto\"]" : "[\(text)]"))
            #expect(try JSONDecoder().decode([SegmentLength].self, from: json) == [length])
        }
        for text in ["", "0", "-1", "nan", "inf", "2s", "Auto", "1e9"] { #expect(SegmentLength(text: text) == nil, "\(text)") }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([SegmentLength].self, from: Data("[\"never\"]".utf8)) }
        let error = #expect(throws: InputError.self) { try SegmentLength.seconds(-1).validate() }
        #expect(error?.category == .usage && error?.description == "segment -1.0: expected seconds, 0.1 or more, or auto")
    }
}
