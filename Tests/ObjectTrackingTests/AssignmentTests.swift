import Foundation
import ObjectTracking
import TestSupport
import Testing

/// If these fail, detections are given to the wrong tracks, and the measures of tracking differ from other programs'.
@Suite struct AssignmentTests {
    private struct Problem: Decodable {
        let columns: Int
        let costs: [Double]
        let pairs: [[Int]]
    }

    /// Many of these have several solutions of equal cost.
    @Test func takesTheSolutionOfSciPy() throws {
        let file = URL(filePath: Fixtures.path("tracking/assignments.json"))
        let problems = try JSONDecoder().decode([Problem].self, from: Data(contentsOf: file))
        #expect(problems.count == 12)
        for problem in problems {
            #expect(pairs(problem.costs, problem.columns) == problem.pairs)
        }
    }

    private func pairs(_ costs: [Double], _ columns: Int, limit: Double = .infinity) -> [[Int]] {
        Assignment.pairs(costs: costs, columns: columns, limit: limit).map { [$0.row, $0.column] }
    }

    @Test func withoutLimitAsManyPairsAsPossible() {
        let never = Double.infinity
        // Row 0 would rather have column 0, which is all that row 1 can have.
        #expect(pairs([1, 100, 2, never], 2) == [[0, 1], [1, 0]])
        #expect(pairs([.nan, 5, never, never], 2) == [[0, 1]])
        #expect(pairs([never, never], 1) == [])
    }

    @Test func aPairAtTheLimitIsNone() {
        #expect(pairs([0.5, 0.4], 1, limit: 0.5) == [[1, 0]])
        #expect(pairs([0.5, 0.5, 0.6, .nan], 2, limit: 0.5) == [])
    }

    /// Two pairs cost 0.3 + 0.7, which is 0.6 below twice the limit; row 0 with column 0 alone is 0.7 below it.
    @Test func limitOutweighsTheNumberOfPairs() {
        #expect(pairs([0.1, 0.3, 0.7, 0.95], 2, limit: 0.8) == [[0, 0]])
        #expect(pairs([0.1, 0.3, 0.7, 0.95], 2) == [[0, 1], [1, 0]])
        #expect(pairs([0.1, 0.3, 0.4, 0.9], 2, limit: 0.8) == [[0, 1], [1, 0]])
    }

    @Test func nothingToAssign() {
        #expect(pairs([], 0) == [])
        #expect(pairs([], 4) == [])
        #expect(pairs([3], 1) == [[0, 0]])
    }

    @Test(arguments: 0..<40)
    func leastCostOfAllSolutions(seed: Int) {
        var state = UInt64(seed + 1)
        func draw() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        let rows = 1 + draw() % 5, columns = 1 + draw() % 5
        let costs = (0..<rows * columns).map { _ in draw() % 7 == 0 ? Double.infinity : Double(draw() % 50) / 10 }
        let limit = 2.5
        let found = Assignment.pairs(costs: costs, columns: columns, limit: limit)
        let gain = found.reduce(0) { $0 + limit - costs[$1.row * columns + $1.column] }
        #expect(abs(gain - best(costs, columns, row: 0, taken: [], limit)) < 1e-9)
        #expect(Set(found.map(\.column)).count == found.count && found.map(\.row) == Set(found.map(\.row)).sorted())
    }

    /// Tries everything.
    private func best(_ costs: [Double], _ columns: Int, row: Int, taken: Set<Int>, _ limit: Double) -> Double {
        guard row < costs.count / columns else { return 0 }
        let alone = best(costs, columns, row: row + 1, taken: taken, limit)
        return (0..<columns).reduce(alone) { most, column in
            let gain = limit - costs[row * columns + column]
            guard gain > 0, !taken.contains(column) else { return most }
            return max(most, gain + best(costs, columns, row: row + 1, taken: taken.union([column]), limit))
        }
    }
}
