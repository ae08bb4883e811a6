import Foundation
import Media
import TestSupport
import Testing

/// If these fail, recordings that pause while nothing moves lose their times, or joined ones get gaps of hours.
@Suite struct PausedStreamTests {
    struct Joint: Sendable {
        /// Seconds between the two parts' clocks; each has 18 frames.
        let later: Double
        let isContinued: Bool
        /// Part of the expected note; nil for none.
        var note: String?
        /// True if its times are kept.
        var isPause = true
    }

    @Test(arguments: [
        Joint(later: 31.8, isContinued: true), Joint(later: 3 * 3600, isContinued: true), Joint(later: 12 * 3600, isContinued: true),
        // Lost reception, or the next recording of the same camera.
        Joint(later: 31.8, isContinued: false, note: "it is broken off before frame 18, and its clock goes on 30 seconds later"),
        Joint(later: 1200, isContinued: false, note: "taken for a pause"),
        // Unrelated clocks.
        Joint(later: 3 * 3600, isContinued: false, note: "starts again or jumps at frame 18", isPause: false),
        Joint(later: 20 * 3600, isContinued: true, note: "starts again or jumps at frame 18", isPause: false),
    ])
    func pausesAreKept(joint: Joint) throws {
        var stream = TransportStream()
        let part = try bytes(of: "video/groups.ts")
        stream.add(part, later: 0, isContinued: true)
        stream.add(part, later: joint.later, isContinued: joint.isContinued)
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "paused.ts").path
            try Data(stream.bytes).write(to: URL(filePath: path))
            let decoder = try VideoDecoder(path: path), clip = try VideoClip(path: path, seekDistance: 0)
            var times: [Double] = []
            while let frame = try decoder.next() { times.append(frame.time) }
            #expect(times.count == 36 && decoder.damage == nil)
            for (number, time) in times.enumerated() {
                let expected = Double(number % 18) / 10 + (number < 18 ? 0 : joint.isPause ? joint.later : 1.8)
                #expect(abs(time - expected) < 0.0011, "frame \(number) at \(time)")
            }
            if let note = joint.note { #expect(decoder.mending?.contains(note) == true) } else { #expect(decoder.mending == nil) }
            // Without decoding, and in parts.
            #expect(clip.frameCount == 36 && clip.mending == decoder.mending, "\(clip.sequentialReason ?? "")")
            #expect((0..<36).allSatisfy { clip.time(ofFrame: $0) == times[$0] })
            let span = try #require(TimeSpan(start: times[18], duration: 1))
            #expect(clip.frameNumbers(in: span) == 18..<28)
        }
    }

    /// Bursts with pauses between them, as recorded by a motion-triggered camera.
    @Test func severalPauses() throws {
        var stream = TransportStream()
        let part = try bytes(of: "video/groups.ts")
        for burst in 0..<4 { stream.add(part, later: Double(burst) * 32, isContinued: true) }
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "bursts.ts").path
            try Data(stream.bytes).write(to: URL(filePath: path))
            let decoder = try VideoDecoder(path: path)
            var last = 0.0
            while let frame = try decoder.next() { last = frame.time }
            #expect(abs(last - 97.7) < 0.0011 && decoder.mending == nil && decoder.damage == nil)
        }
    }

    /// Headers that count slots, with times that go back or cover more than that.
    @Test func framesFromSlots() {
        #expect(PacketPlaces.frames(declared: 20, found: 5, covered: 10) == 10)
        #expect(PacketPlaces.frames(declared: 20, found: 5, covered: 0) == 5)
        #expect(PacketPlaces.frames(declared: 20, found: 5, covered: .min) == 5)
        #expect(PacketPlaces.frames(declared: 20, found: 5, covered: 30) == 5)
        #expect(PacketPlaces.frames(declared: .max, found: 5, covered: 1) == 5)
    }
}
