import DAMVideo
import Foundation
import Imaging
import Media
import TestSupport
import Testing

/// If these fail, `detect` shows something other than what the detector finds, or ignores the frame of a clip.
struct DetectCommandTests {
    private let detector = Fixtures.path("detectors/red.onnx")

    private struct Report: Decodable {
        struct Object: Decodable {
            let label: String
            let score: Double
            let bbox: [Int]
        }

        let width: Int
        let frame: Int?
        let objects: [Object]
    }

    /// A grey picture with a red rectangle.
    private func withPicture(_ body: (_ folder: String, _ path: String) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            var bytes = Data("P6 240 180 255\n".utf8)
            for y in 0..<180 {
                for x in 0..<240 {
                    bytes.append(contentsOf: (100..<150).contains(x) && (60..<126).contains(y) ? [170, 60, 42] : [120, 120, 130])
                }
            }
            let path = folder.appending(path: "red.ppm")
            try bytes.write(to: path)
            try body(folder.path, path.path)
        }
    }

    @Test func aPicturesObjectsArePrintedAndDrawn() throws {
        try withPicture { folder, path in
            let drawn = folder + "/out.png"
            let run = try CommandRun(["detect", path, "--detector", detector, "--threshold", "0.9", "--render", drawn])
            #expect(run.status == 0, "\(run.errors)")
            let report = try JSONDecoder().decode(Report.self, from: run.output)
            let object = try #require(report.objects.first)
            #expect(report.objects.count == 1 && report.width == 240 && report.frame == nil)
            #expect(object.label == "red thing" && object.score > 0.9)
            let box = Rectangle(
                left: Double(object.bbox[0]), top: Double(object.bbox[1]), width: Double(object.bbox[2]), height: Double(object.bbox[3]))
            #expect(box.overlap(with: Rectangle(left: 100, top: 60, width: 50, height: 66)) > 0.5)
            let before = try ImageDecoder.rgb(path: path), after = try ImageDecoder.rgb(path: drawn)
            #expect(after.width == 240 && after.height == 180 && after.pixels != before.pixels)
            // Only the object and its name change the picture.
            #expect(after.pixels.suffix(3 * 240 * 20) == before.pixels.suffix(3 * 240 * 20))
            #expect(try CommandRun(["detect", path, "--detector", detector, "--render", drawn]).status == 73)
            let none = try CommandRun(["detect", path, "--detector", detector, "--threshold", "red thing=1"])
            #expect(try JSONDecoder().decode(Report.self, from: none.output).objects.isEmpty)
        }
    }

    @Test func detectsInAFrameOfAClip() throws {
        let run = try CommandRun(["detect", Courtyard.clip, "--at", "7", "--detector", detector, "--quiet"])
        #expect(run.status == 0 && run.errors.isEmpty)
        #expect(try JSONDecoder().decode(Report.self, from: run.output).frame == 7)
        #expect(try CommandRun(["detect", Courtyard.clip, "--at", "60", "--detector", detector]).status == 64)
    }

    @Test func captionsAClipWithADetector() throws {
        try withTemporaryDirectory { folder in
            let fates = folder.path + "/fates.jsonl"
            let run = try CommandRun([
                "track", Courtyard.clip, "--detector", detector, "--detect-every", "1", "--detections-out", fates, "--json",
            ])
            #expect(run.status == 0, "\(run.errors)")
            #expect(FileManager.default.fileExists(atPath: fates))
            let captions = try CommandRun([
                "caption", Fixtures.sample("scenes/clips/600036/clip.mp4"), "--detector", detector, "--model", Fixtures.model(.damA),
                "--max-new-tokens", "2", "--format", "jsonl", "-o", "-",
            ])
            #expect(captions.status == 0, "\(captions.errors)")
            #expect(captions.text.contains("\"detector\":") && captions.text.contains("\"interval\":0.5"))
        }
    }

    @Test(arguments: [
        (["detect", "CLIP", "--at", "0", "--detector", "/nonexistent.onnx"], 69, "/nonexistent.onnx"),
        (["detect", "CLIP", "--at", "0", "--detector", "RED", "--labels", "car"], 64, "found no label car"),
        (["caption", "CLIP", "--detector", "RED", "--labels", "car", "-o", "-"], 64, "found no label car"),
        (["caption", "CLIP", "--detector", "RED", "--masks", "m", "-o", "-"], 64, "--detector goes without --masks"),
        (["caption", "CLIP", "--detect-every", "1", "-o", "-"], 64, "--detect-every goes with --detector"),
        (["track", "CLIP", "--detector", "RED", "--detections", "d.txt", "-o", "m"], 64, "either --detections or --detector"),
        (["detect", "CLIP", "--at", "0", "--detector", "RED", "--render", "out.txt"], 64, "ends in png"),
    ])
    func reportsInvalidRequests(arguments: [String], status: Int32, says: String) throws {
        let run = try CommandRun(arguments.map { $0 == "CLIP" ? Courtyard.clip : $0 == "RED" ? detector : $0 })
        #expect(run.status == status && run.errors.contains(says), "\(run.status) \(run.errors)")
    }
}
