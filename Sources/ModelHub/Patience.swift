import Foundation
import Imaging

/// Retries operations that fail temporarily.
struct Patience: Sendable {
    /// Consecutive tries without progress: more survive longer outages, fewer report permanent ones sooner.
    static let tries = 6
    /// Maximum seconds to wait on a server's request; a longer wait is reported as an error.
    static let longestWait = 300.0

    /// Waits for a number of seconds.
    let pause: @Sendable (Double) -> Void
    /// Called with a message for the user.
    let notice: @Sendable (String) -> Void

    /// - Parameters:
    ///   - subject: the model or file, for messages.
    ///   - isMoving: true if there was progress since the last call, which resets the count.
    /// - Throws: `InputError` of category `inputOutput` after too many failures, and other errors of `body` unchanged.
    func run<Result>(_ subject: String, isMoving: () -> Bool = { false }, _ body: () throws -> Result) throws -> Result {
        var failures = 0
        while true {
            do {
                return try body()
            } catch HubFailure.passing(let words, let after) {
                failures = isMoving() ? 1 : failures + 1
                let wait = after ?? min(30, pow(2, Double(failures - 1)))
                guard failures < Self.tries, wait <= Self.longestWait else {
                    let request = after.map { ", to be tried again after \(Int($0.rounded(.up))) s" } ?? ""
                    throw InputError(
                        .inputOutput, subject, found: words + request + (failures > 1 ? ", \(failures) times" : ""),
                        expected: "an answer (the same command resumes)")
                }
                notice("\(subject): \(words); trying again in \(Int(wait.rounded(.up))) s")
                pause(wait)
            }
        }
    }
}
