import Foundation
import Imaging

/// Tries again what fails for a time.
struct Patience: Sendable {
    /// Tries after each other that bring nothing: more survive longer outages, fewer tell of lasting ones sooner.
    static let tries = 6
    /// Most seconds that a server may ask to wait; beyond that it is told instead.
    static let longestWait = 300.0

    /// Waits for a number of seconds.
    let pause: @Sendable (Double) -> Void
    /// Takes a line for people.
    let notice: @Sendable (String) -> Void

    /// - Parameters:
    ///   - subject: the model or file.
    ///   - isMoving: true when something has come since the last call, which lets the counting begin again.
    /// - Throws: `InputError` of category `inputOutput` when it fails too often, and other errors of `body` as they are.
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
                        expected: "an answer (the same command goes on from here)")
                }
                notice("\(subject): \(words); trying again in \(Int(wait.rounded(.up))) s")
                pause(wait)
            }
        }
    }
}
