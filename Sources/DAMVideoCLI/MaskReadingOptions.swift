import ArgumentParser
import Masks

/// Options of reading masks.
struct MaskReadingOptions: ParsableArguments {
    @Option(name: .customLong("masks-format"), help: ArgumentHelp("Read the masks as this layout.", valueName: "format"))
    var format: MaskFormat?

    @Option(
        name: .customLong("mask-frame-offset"), parsing: .unconditional,
        help: ArgumentHelp(
            "The clip's frame that belongs to mask frame 0 (-1 when masks count from 1). Default: 0, or what the masks' numbers, "
                + "the clip's frames and the names of stills tell; a note says what that is.", valueName: "n"))
    var frameOffset: Int?

    @Option(
        name: .customLong("mask-frame-step"), parsing: .unconditional,
        help: ArgumentHelp(
            "Clip frames from one mask number to the next: mask k is clip frame offset + k * step. Default: 4 for SA-V, else 1, or what "
                + "numbers and clip tell.",
            valueName: "k"))
    var frameStep: Int?

    @Option(
        name: .customLong("masks-orientation"),
        help: ArgumentHelp(
            "For a clip that is shown turned or mirrored: the pictures the masks were drawn on, shown or stored. Default: told by "
                + "their size, shown where that does not tell.", valueName: "which"))
    var orientation: MaskOrientation?

    @Option(
        name: .customLong("absent-means"),
        help: ArgumentHelp(
            "What masks of a frame say of an object they do not show: not-said (it may be there, and is propagated through the "
                + "frame) or absent. Default: absent where frames are annotated one after the other, not-said for label PNGs "
                + "with gaps between them.", valueName: "reading"))
    var absence: MaskSettings.Absence?

    func validate() throws {
        if let frameStep, frameStep < 1 { throw ValidationError("mask-frame-step \(frameStep): expected 1 or more") }
    }

    /// - Parameter keepsGoing: leave out masks that cannot be read.
    func settings(keepsGoing: Bool = false) -> MaskSettings {
        var settings = MaskSettings()
        settings.format = format
        settings.frameOffset = frameOffset
        settings.frameStep = frameStep
        settings.orientation = orientation
        settings.absence = absence
        settings.keepsGoing = keepsGoing
        return settings
    }
}

extension MaskFormat: ExpressibleByArgument {}

extension MaskOrientation: ExpressibleByArgument {}

extension MaskSettings.Absence: ExpressibleByArgument {}
