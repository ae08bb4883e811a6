import ArgumentParser
import Masks

/// Options for reading masks.
struct MaskReadingOptions: ParsableArguments {
    @Option(name: .customLong("masks-format"), help: ArgumentHelp("Read the masks in this format.", valueName: "format"))
    var format: MaskFormat?

    @Option(
        name: .customLong("mask-frame-offset"), parsing: .unconditional,
        help: ArgumentHelp(
            "The clip's frame for mask frame 0 (-1 when masks count from 1). Default: 0, or as the masks' numbers, "
                + "the clip's frames and the names of stills indicate; a note reports it.", valueName: "n"))
    var frameOffset: Int?

    @Option(
        name: .customLong("mask-frame-step"), parsing: .unconditional,
        help: ArgumentHelp(
            "Clip frames from one mask number to the next: mask k is clip frame offset + k * step. Default: 4 for SA-V, else 1, or as "
                + "numbers and clip indicate.",
            valueName: "k"))
    var frameStep: Int?

    @Option(
        name: .customLong("masks-orientation"),
        help: ArgumentHelp(
            "For a clip displayed rotated or mirrored: the orientation the masks were drawn in, shown or stored. Default: decided by "
                + "their size, shown if that is ambiguous.", valueName: "which"))
    var orientation: MaskOrientation?

    @Option(
        name: .customLong("absent-means"),
        help: ArgumentHelp(
            "Meaning of an object's absence from a frame's masks: not-said (it may be there, and is propagated through the "
                + "frame) or absent. Default: absent if consecutive frames are annotated, not-said for label PNGs "
                + "with gaps.", valueName: "reading"))
    var absence: MaskSettings.Absence?

    func validate() throws {
        if let frameStep, frameStep < 1 { throw ValidationError("mask-frame-step \(frameStep): expected 1 or more") }
    }

    /// - Parameter keepsGoing: true to leave out masks that cannot be read.
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
