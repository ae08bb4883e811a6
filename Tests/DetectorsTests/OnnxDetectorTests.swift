import Detectors
import Foundation
import Imaging
import TestSupport
import Tensors
import Testing

/// Output heads of each family with outputs made by hand: if these fail, boxes are not where the model put them.
struct OnnxDetectorTests {
    /// A model of 64 x 64 pixels with a constant output.
    private func model(_ outputs: [(shape: [Int], values: [Float])], metadata: [(String, String)] = []) -> OnnxBuilder {
        var builder = OnnxBuilder()
        builder.metadata = metadata
        builder.input("images", [1, 3, 64, 64])
        for (number, output) in outputs.enumerated() {
            builder.constant("c\(number)", output.shape, output.values)
            builder.node("Identity", ["c\(number)"], ["y\(number)"])
            builder.output("y\(number)")
        }
        return builder
    }

    private func detect(
        _ builder: OnnxBuilder, width: Int = 64, height: Int = 64, threshold: Float = 0.25,
        _ options: OnnxDetector.Options = .init()
    ) throws -> [PictureDetection] {
        let picture = RGBImage(width: width, height: height, pixels: [UInt8](repeating: 90, count: width * height * 3))
        return try builder.withFile { try OnnxDetector(path: $0, options: options)(picture, threshold: threshold) }
    }

    private static let names = ("names", #"{0: 'person', 1: "driver's dog"}"#)

    /// `[1, places, width]`, zero except for some rows.
    private func rows(_ places: Int, _ width: Int, _ rows: [(Int, [Float])]) -> (shape: [Int], values: [Float]) {
        var values = [Float](repeating: 0, count: places * width)
        for (place, row) in rows { values.replaceSubrange(place * width..<(place + 1) * width, with: row) }
        return ([1, places, width], values)
    }

    private func columns(_ places: Int, _ width: Int, _ some: [(Int, [Float])]) -> (shape: [Int], values: [Float]) {
        let whole = rows(places, width, some).values
        return ([1, width, places], (0..<width * places).map { whole[$0 % places * width + $0 / places] })
    }

    @Test func yolov8TakesTheBestClassAndSuppressesDuplicates() throws {
        let output = columns(84, 6, [
            (3, [20, 30, 10, 20, 0.9, 0.1]), (4, [21, 30, 10, 20, 0.8, 0.1]), (5, [21, 30, 10, 20, 0.1, 0.7]),
            (83, [50, 50, 8, 8, 0.2, 0.1]),
        ])
        let found = try detect(model([output], metadata: [Self.names]))
        #expect(found.map(\.label) == ["person", "driver's dog"])
        #expect(found.map(\.score) == [0.9, 0.7])
        #expect(found[0].box == Rectangle(left: 15, top: 20, width: 10, height: 20))
        #expect(found[1].labelNumber == 1)
    }

    @Test func yolov5MultipliesObjectnessAndClass() throws {
        let output = rows(252, 7, [(0, [20, 30, 10, 20, 0.5, 0.8, 0.1]), (1, [40, 30, 10, 20, 0.5, 0.4, 0.1])])
        let found = try detect(model([output], metadata: [Self.names]))
        #expect(found.map(\.label) == ["person"])
        #expect(abs((found.first?.score ?? 0) - 0.4) < 1e-6)
    }

    /// An output of 84 by 84 is ambiguous, so the user must decide: 80 classes of YOLOv8 or 79 of YOLOv5.
    @Test func ambiguousOutputsAreRefused() throws {
        let output = columns(84, 84, [(3, [20, 30, 10, 20, 0.9] + [Float](repeating: 0, count: 79))])
        let error = try #require(throws: CheckpointError.self) { try detect(model([output])) }
        #expect("\(error)".contains("--detector-family yolov8 or yolov5"))
        let found = try detect(model([output]), OnnxDetector.Options(family: "yolov8", input: nil))
        #expect(found.map(\.label) == ["person"] && found.first?.box == Rectangle(left: 15, top: 20, width: 10, height: 20))
    }

    /// A wrong option must not find nothing in silence.
    @Test func optionsThatContradictTheFileAreRefused() throws {
        let upright = model([columns(84, 6, [])]), lying = model([rows(84, 7, [])])
        for (builder, family, words) in [(upright, "yolov5", "columns"), (lying, "yolov8", "rows")] {
            let error = try #require(throws: CheckpointError.self) {
                try detect(builder, OnnxDetector.Options(family: family, input: nil))
            }
            #expect("\(error)".contains("whose boxes are \(words)"), "\(error)")
        }
        let options = try OnnxDetector.Options(family: nil, input: "96x64")
        let error = try #require(throws: CheckpointError.self) { try detect(upright, options) }
        #expect("\(error)".contains("found the input size 96x64, expected 64x64"), "\(error)")
    }

    @Test func kindsOfInputInWords() throws {
        let options = try OnnxDetector.Options(family: "yolox-decoded", input: "640x384,Stretch,bgr,0-255")
        #expect(options.family == .yoloxDecoded && options.fit == .stretch && options.isBGR == true && options.largest == 255)
        #expect(options.size == PictureSize(width: 640, height: 384))
        for word in ["640", "0x4", "99999x8", "grey", "0-2", "4x4x4"] {
            let error = try #require(throws: InputError.self) { try OnnxDetector.Options(family: nil, input: "rgb," + word) }
            #expect(error.category == .usage && "\(error)".contains(word))
        }
    }

    /// Cell 9 of the stride 8 map is in its second row and column; cell 64 is the first of stride 16.
    @Test func yoloxIsDecodedInItsCells() throws {
        var options = OnnxDetector.Options()
        options.family = .yolox
        let output = rows(84, 7, [
            (9, [0.5, 0.25, 0, logf(2), 1, 0.9, 0]), (64, [0, 0, logf(0.5), 0, 1, 0, 0.6]),
        ])
        let found = try detect(model([output], metadata: [Self.names]), options)
        #expect(found.count == 2)
        #expect(found[0].box == Rectangle(left: 12 - 4, top: 10 - 8, width: 8, height: 16))
        #expect(abs(found[1].box.width - 8) < 1e-4 && abs(found[1].box.left + 4) < 1e-4 && found[1].box.height == 16)
    }

    @Test func endToEndBoxesAreUnchangedCorners() throws {
        let output = rows(20, 6, [(0, [10, 12, 30, 40, 0.9, 1]), (1, [11, 12, 30, 40, 0.8, 1]), (2, [0, 0, 9, 9, 0.1, 0])])
        let found = try detect(model([output], metadata: [Self.names]))
        #expect(found.map(\.box.left) == [10, 11])
        #expect(found[0].box == Rectangle(left: 10, top: 12, width: 20, height: 28))
        #expect(found[0].label == "driver's dog")
    }

    /// A picture twice as wide as high occupies the middle half of the input's height: boxes are returned in its own pixels.
    @Test func boxesComeBackInThePicturesPixels() throws {
        let output = columns(84, 6, [(0, [32, 32, 16, 8, 0.9, 0])])
        let found = try detect(model([output], metadata: [Self.names]), width: 256, height: 128)
        #expect(found[0].box == Rectangle(left: 128 - 32, top: 64 - 16, width: 64, height: 32))
        var options = OnnxDetector.Options()
        options.fit = .stretch
        let stretched = try detect(model([output], metadata: [Self.names]), width: 256, height: 128, options)
        #expect(stretched[0].box == Rectangle(left: 96, top: 56, width: 64, height: 16))
        options.fit = .corner
        let cornered = try detect(model([output], metadata: [Self.names]), width: 256, height: 128, options)
        #expect(cornered[0].box == Rectangle(left: 96, top: 112, width: 64, height: 32))
    }

    /// The first prototype is positive in the left half, the second in the upper half of the input.
    @Test func masksAreSumsOfPrototypesInsideTheBox() throws {
        var prototypes: [Float] = []
        for place in 0..<256 { prototypes.append(place % 16 < 8 ? 1 : -1) }
        for place in 0..<256 { prototypes.append(place / 16 < 8 ? 1 : -1) }
        let output = columns(84, 8, [(0, [32, 32, 40, 40, 0.9, 0, 1, 0]), (1, [32, 32, 20, 20, 0, 0.8, 0, -1])])
        let builder = model([output, ([1, 2, 16, 16], prototypes)], metadata: [Self.names, ("task", "segment")])
        let found = try detect(builder)
        #expect(found.count == 2)
        let left = try #require(found[0].mask), below = try #require(found[1].mask)
        #expect(left.boundingBox == BoundingBox(left: 12, top: 12, width: 20, height: 40))
        #expect(left.area == 20 * 40)
        #expect(below.boundingBox == BoundingBox(left: 22, top: 32, width: 20, height: 10))
    }

    @Test func heightAndWidthMayDiffer() throws {
        var builder = OnnxBuilder()
        let output = columns(8 * 16 + 4 * 8 + 2 * 4, 5, [(0, [64, 32, 8, 8, 0.9])])
        builder.input("images", [1, 3, 64, 128])
        builder.constant("c", output.shape, output.values)
        builder.node("Identity", ["c"], ["y"])
        builder.output("y")
        let found = try detect(builder, width: 128, height: 64)
        #expect(found.map(\.box) == [Rectangle(left: 60, top: 28, width: 8, height: 8)])
        #expect(found.map(\.label) == ["class 0"])
    }

    @Test func filesAreRecognised() throws {
        for (name, family) in [
            ("yolov5", DetectorFamily.yolov5), ("yolov8", .yolov8), ("yolov8-seg", .yolov8), ("yolo11", .yolov8), ("end-to-end", .endToEnd),
            ("yolox", .yolox), ("yolox-decoded", .yoloxDecoded),
        ] {
            let detector = try OnnxDetector(path: OnnxProgramTests.fixture(name + ".onnx"))
            #expect(detector.family == family, "\(name)")
            #expect(detector.inputSize == PictureSize(width: 64, height: 64))
            #expect(detector.hasMasks == (name == "yolov8-seg"))
            #expect(detector.notes.first?.contains("read as \(family.rawValue)") == true)
            if !name.hasPrefix("yolox") { #expect(detector.labels == ["person", "car", "driver's dog"], "\(name)") }
        }
    }

    @Test func refusesOtherModels() throws {
        func refusal(_ builder: OnnxBuilder) throws -> String? {
            try builder.withFile { path in
                do {
                    _ = try OnnxDetector(path: path)
                    return nil
                } catch let error as CheckpointError {
                    return error.description.replacing(path, with: "FILE")
                }
            }
        }
        let output = columns(84, 6, [])
        #expect(try refusal(model([output], metadata: [("task", "pose")]))
            == "FILE: found a model for the task pose, expected one that detects or segments")
        #expect(try refusal(model([output], metadata: [("names", "{0: 'a'}")]))
            == "FILE: found 2 classes and names of 1, expected a name for each class")
        #expect(try refusal(model([rows(77, 9, [])])) == """
            FILE: found outputs of [1, 77, 9] for inputs of 64x64, expected those of YOLOX, YOLOv5 to v12 or an end-to-end export, \
            boxes decoded
            """)
    }

    @Test func classNamesAreReadAsExportersWriteThem() {
        #expect(ClassNames.parse("{0: 'person', 1: \"driver's dog\"}") == ["person", "driver's dog"])
        #expect(ClassNames.parse(#"{"0": "a", "1": "b"}"#) == ["a", "b"])
        #expect(ClassNames.parse("['a', 'b\\'c']") == ["a", "b'c"])
        #expect(ClassNames.parse("{0: 'a', 2: 'b'}") == nil)
        #expect(ClassNames.parse("{0: 'a") == nil)
        #expect(ClassNames.parse("") == nil)
    }
}
