import ArgumentParser
import DAMVideo
import Imaging
import Masks
import ObjectTracking
import SegmentAnything

/// Options for marking objects on some of a clip's frames, and for the model that tracks them.
struct ObjectPromptOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "SAM 2 or 2.1: a directory in the layout of facebook/sam2.1-hiera-large, the authors' .pt file, or the name of a model "
                + "fetched by damvideo pull. Tracks given objects; makes masks from detections' boxes.",
            valueName: "path|name"), completion: .file())
    var sam: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A point on the object, or (-) outside it, in pixels; with --sam (repeatable).", valueName: "x,y[,+|-]"))
    var point: [PointArgument] = []

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp(
        "A box around the object, in pixels (repeatable).", valueName: "l,t,w,h"))
    var box: [NumberList] = []

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp(
        "Frame, counted from 0, of all points and boxes, or of each (repeatable).", valueName: "frame"))
    var at: [Int] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Object id of all points and boxes, or of each, with --sam (repeatable). Default: each box is an object, from 1, and "
                + "points belong to the first.",
            valueName: "id"))
    var object: [TrackID] = []

    var count: Int { box.count + point.count }

    var boxes: [BoundingBox] { box.compactMap(\.box) }

    func validate() throws {
        guard box.allSatisfy({ $0.box != nil }) else {
            throw ValidationError("--box takes four whole numbers: left,top,width,height.")
        }
        guard sam != nil || point.isEmpty else { throw ValidationError("--point goes with --sam.") }
        guard object.isEmpty || object.count == 1 || object.count == count else {
            throw ValidationError("Give one --object for all boxes and points, or one for each.")
        }
        guard !object.isEmpty || box.count < 2 || point.isEmpty else {
            throw ValidationError("Say with --object which box each point belongs to.")
        }
        if sam != nil, count > 0 { _ = try prompts() }
    }

    /// The model; nil if none is requested.
    func segmentation() throws -> SegmentationModel? { try sam.map { try SegmentationModel(path: ModelStore.console.segmentation($0)) } }

    /// The frame of each region.
    func frames(for regions: Int) throws -> [Int] {
        guard at.count == 1 || at.count == regions else {
            throw ValidationError("Give one --at for all regions and points, or one for each.")
        }
        return at.count == regions ? at : Array(repeating: at[0], count: regions)
    }

    func prompts() throws -> [ObjectPrompt] {
        let frames = try frames(for: count)
        func identifier(_ index: Int) -> TrackID {
            if let only = object.first { return object.count == 1 ? only : object[index] }
            return .number(index < box.count ? index + 1 : 1)
        }
        let prompts = boxes.enumerated().map { index, box in
            ObjectPrompt(object: identifier(index), frame: frames[index], PicturePrompt(box: box))
        } + point.enumerated().map { index, point in
            ObjectPrompt(
                object: identifier(box.count + index), frame: frames[box.count + index], PicturePrompt(points: [point.point]))
        }
        let boxed = prompts.prefix(box.count)
        for (index, prompt) in boxed.enumerated() {
            guard !boxed[..<index].contains(where: { $0.object == prompt.object && $0.frame == prompt.frame }) else {
                throw ValidationError(
                    "Object \(prompt.object) has two boxes on frame \(prompt.frame): give one, or say with --object whose each is.")
            }
        }
        return prompts
    }
}
