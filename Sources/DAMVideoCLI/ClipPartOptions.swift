import ArgumentParser
import Media

/// Options that select a part of the clip.
struct ClipPartOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Start at this time; frames keep their numbers and times.", valueName: "seconds"))
    var start: Double = 0

    @Option(parsing: .unconditional, help: ArgumentHelp("Stop this long after the start.", valueName: "seconds"))
    var duration: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Frames per second of a series of stills.", valueName: "fps"))
    var stillRate: Double = 25

    func validate() throws {
        guard ClipPart.stillRates.contains(stillRate) else {
            throw ValidationError("--still-rate \(stillRate): expected frames a second, \(ClipPart.stillRatesText)")
        }
        guard start.isFinite, start >= 0 else { throw ValidationError("--start \(start): expected seconds, 0 or more") }
        guard duration.map({ $0.isFinite && $0 > 0 }) ?? true else {
            throw ValidationError("--duration \(duration ?? 0): expected seconds, more than 0")
        }
    }

    var part: ClipPart { ClipPart(start: start, duration: duration, stillRate: stillRate) }
}
