/// Estimate of the time left in a stage whose steps take about equally long.
package struct StageClock {
    private var stage = ""
    private var began = ContinuousClock.now
    private var first = 0

    package init() {}

    /// Seconds to the stage's end; nil before a second has passed, or for an unknown number of steps.
    package mutating func secondsLeft(_ stage: String, done: Int, total: Int?) -> Double? {
        let now = ContinuousClock.now
        if stage != self.stage || done < first { (self.stage, began, first) = (stage, now, done) }
        let seconds = (now - began) / .seconds(1)
        guard let total, total > done, done > first, seconds >= 1 else { return nil }
        return (seconds * Double(total - done) / Double(done - first) * 10).rounded() / 10
    }
}
