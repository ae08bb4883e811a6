import Foundation
import Imaging
import Masks
import ObjectTracking
import TestSupport
import Testing

/// If these fail, `damvideo track --evaluate` prints other figures than TrackEval and py-motmetrics.
@Suite struct TrackingScoresTests {
    private static let boxSets = [
        "crossings", "fractions", "gaps", "thresholds", "twins", "returning", "nothing-found", "nothing-true",
    ]
    private typealias Figures = [String: Double]
    private let expected: [String: [String: Figures]]

    init() throws {
        let file = URL(filePath: Fixtures.path("tracking/expected.json"))
        expected = try JSONDecoder().decode([String: [String: Figures]].self, from: Data(contentsOf: file))
    }

    /// The lines of MOTChallenge text as they stand there.
    private func trajectories(_ file: String) throws -> [Trajectory<Rectangle>] {
        var tracks: [Int: Trajectory<Rectangle>] = [:]
        for line in try String(contentsOfFile: Fixtures.path("tracking/\(file)"), encoding: .utf8).split(separator: "\n") {
            let values = line.split(separator: ",").compactMap { Double($0) }
            let id = Int(values[1])
            tracks[id, default: Trajectory(id: .number(id), places: [:])].places[Int(values[0]) - 1] = Rectangle(
                left: values[2], top: values[3], width: values[4], height: values[5])
        }
        return tracks.values.sorted { $0.id < $1.id }
    }

    private func figures(_ scores: TrackingScores) throws -> Figures {
        try JSONDecoder().decode(Figures.self, from: JSONEncoder().encode(scores))
    }

    private func boxScores(_ name: String) throws -> Figures {
        try figures(TrackingScores(truth: trajectories(name + "/gt.txt"), found: trajectories(name + "/results.txt")))
    }

    private func maskScores() throws -> Figures {
        func source(_ file: String) throws -> any MaskSource {
            try MaskSources.open(Fixtures.path("tracking/masks/\(file)"))
        }
        let truth = try source("gt.txt"), found = try source("results.txt")
        let frames = Set(truth.annotatedFrames).union(found.annotatedFrames)
        return try figures(TrackingScores(OverlapTable(truth: truth, found: found, frames: frames.sorted())))
    }

    private func expectEqual(_ found: Figures, _ expected: Figures?, _ name: String) throws {
        let expected = try #require(expected)
        for (key, value) in expected.sorted(by: { $0.key < $1.key }) {
            let own = try #require(found[key], "\(key)")
            #expect(abs(own - value) < 5e-5, "\(name) \(key): \(own), expected \(value)")
        }
    }

    @Test(arguments: boxSets)
    func boxesAsTrackEval(name: String) throws {
        let scores = try boxScores(name)
        #expect(scores.count == 23)
        try expectEqual(scores, expected[name]?["trackeval"], name)
    }

    @Test func masksAsTrackEval() throws { try expectEqual(maskScores(), expected["masks"]?["trackeval"], "masks") }

    /// The figures in which the two packages agree, which are all but fragmentations here.
    @Test(arguments: ["crossings", "fractions", "gaps", "thresholds", "twins", "masks"])
    func asMotmetrics(name: String) throws {
        var figures = try #require(expected[name]?["motmetrics"])
        figures["fragmentations"] = nil
        #expect(figures.count == 13)
        try expectEqual(name == "masks" ? maskScores() : boxScores(name), figures, name)
    }

    /// Where the packages differ, it is TrackEval's figure: an object that was lost may get another track.
    @Test func switchesWhereThePackagesDiffer() throws {
        let theirs = try #require(expected["returning"])
        #expect(theirs["motmetrics"]?["switches"] == 0 && theirs["trackeval"]?["switches"] == 2)
        #expect(try boxScores("returning")["switches"] == 2)
    }

    @Test func perfectTracksUnderOtherNames() throws {
        let truth = try trajectories("crossings/gt.txt")
        let found = truth.map { Trajectory(id: .name("track \($0.id)"), places: $0.places) }
        let scores = TrackingScores(truth: truth, found: found.reversed())
        #expect(abs(scores.hota - 1) < 1e-12 && scores.mota == 1 && scores.idf1 == 1 && scores.switches == 0)
        #expect(scores.truthTracks == 8 && scores.mostlyTracked == 8)
    }

    @Test func thresholdOfClearAndIdentity() {
        let truth = Trajectory(id: .number(1), places: [0: Rectangle(left: 0, top: 0, width: 10, height: 10)])
        let found = Trajectory(id: .number(1), places: [0: Rectangle(left: 0, top: 0, width: 10, height: 4)])
        let strict = TrackingScores(truth: [truth], found: [found])
        #expect(strict.misses == 1 && strict.falsePositives == 1 && strict.mota == -1 && strict.idf1 == 0)
        let mild = TrackingScores(truth: [truth], found: [found], threshold: 0.4)
        #expect(mild.misses == 0 && mild.mota == 1 && mild.motp == 0.4 && mild.idf1 == 1)
        #expect(strict.hota == mild.hota)
    }
}
