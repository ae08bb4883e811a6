import ArgumentParser
import DAMVideo
import Foundation
import Imaging
import ObjectTracking
import SegmentAnything

/// Options for marking one object of a picture, and for the model that segments it.
struct RegionPromptOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A point on the object, or outside it with a trailing -, in pixels (repeatable).", valueName: "x,y[,+|-]"))
    var point: [PointArgument] = []

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("A box around the object, in pixels.", valueName: "l,t,w,h"))
    var box: [NumberList] = []

    @Option(
        help: ArgumentHelp(
            "SAM 2: a directory in the layout of facebook/sam2.1-hiera-large, the authors' .pt file, or the name of a model fetched by "
                + "damvideo pull. Default: the variable DAMVIDEO_SAM.",
            valueName: "path|name"), completion: .file())
    var sam: String?

    /// Nil if nothing is marked.
    var prompt: PicturePrompt? {
        point.isEmpty && box.isEmpty ? nil : PicturePrompt(points: point.map(\.point), box: box.first?.box)
    }

    func validate() throws {
        guard box.count <= 1 else { throw ValidationError("Give one --box for the object.") }
        guard box.allSatisfy({ $0.box != nil }) else {
            throw ValidationError("--box takes four whole numbers: left,top,width,height.")
        }
        guard sam == nil || prompt != nil else { throw ValidationError("--sam needs --point or --box.") }
    }

    func load() throws -> SegmentationModel { try SegmentationModel(path: ModelStore.console.segmentation(sam)) }
}

/// `x,y`, `x,y,+` or `x,y,-`.
struct PointArgument: ExpressibleByArgument {
    let point: PicturePrompt.Point

    init?(argument: String) {
        var parts = argument.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        var isForeground = true
        if parts.count == 3, let sign = parts.popLast() {
            guard sign == "+" || sign == "-" else { return nil }
            isForeground = sign == "+"
        }
        let numbers = parts.compactMap { Double($0) }
        guard parts.count == 2, numbers.count == 2, numbers.allSatisfy({ NumberList.range.contains($0) }) else { return nil }
        point = PicturePrompt.Point(x: numbers[0], y: numbers[1], isForeground: isForeground)
    }
}
