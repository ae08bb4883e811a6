import ArgumentParser
import Media

/// Which part of a clip counts, for commands that need not look at all of it.
struct ClipPartOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Leave out what comes before; frames keep their numbers and times.", valueName: "seconds"))
    var start: Double = 0

    @Option(help: ArgumentHelp("Leave out what comes so long after the start.", valueName: "seconds"))
    var duration: Double?

    @Option(help: ArgumentHelp("Frames a second of a series of stills.", valueName: "fps"))
    var stillRate: Double = 25

    var part: ClipPart { ClipPart(start: start, duration: duration, stillRate: stillRate) }
}
