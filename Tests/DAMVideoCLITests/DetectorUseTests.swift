import DAMVideo
import Foundation
import ModelTools
import TestSupport
import Testing

/// If these fail, the model is told labels without --hint, masks cannot be written, or a detector's properties are not shown.
struct DetectorUseTests {
    private let detector = Fixtures.path("detectors/red.onnx")

    private func document(_ clip: String, _ arguments: [String]) throws -> CaptionDocument {
        let run = try CommandRun(["caption", clip, "--model", Fixtures.model(.damA), "--max-new-tokens", "2", "-o", "-"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        return try JSONDecoder().decode(CaptionDocument.self, from: run.output)
    }

    /// A red rectangle that moves right in front of grey, as YUV4MPEG, which needs no encoder.
    private func withRedClip(_ body: (String) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            let path = folder.path + "/red.y4m", grey: [UInt8] = [119, 128, 128], red: [UInt8] = [94, 104, 177]
            var bytes = Data("YUV4MPEG2 W240 H180 F10:1 Ip A1:1 C444\n".utf8)
            for frame in 0..<30 {
                let columns = 30 + 4 * frame..<80 + 4 * frame
                bytes += Data("FRAME\n".utf8)
                for plane in 0..<3 {
                    bytes += Data((0..<240 * 180).map { place in
                        columns.contains(place % 240) && (60..<126).contains(place / 240) ? red[plane] : grey[plane]
                    })
                }
            }
            try bytes.write(to: URL(filePath: path))
            try body(path)
        }
    }

    /// Two people next to each other, whose boxes overlap by a third.
    private func withDetections(_ body: (_ folder: String, _ path: String) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            let path = folder.path + "/det.json"
            let entries = (0..<60).flatMap { frame in
                [0, 26].map {
                    #"{"image_id": \#(frame), "category_id": 1, "bbox": [\#(200 + 3 * frame + $0), 250, 40, 100], "score": 0.9}"#
                }
            }
            try Data("[\(entries.joined(separator: ",\n"))]".utf8).write(to: URL(filePath: path))
            try body(folder.path, path)
        }
    }

    @Test func hintsTellLabels() throws {
        try withRedClip { clip in
            let silent = try document(clip, ["--detector", detector]), told = try document(clip, ["--detector", detector, "--hint"])
            #expect(!silent.tracks.isEmpty && silent.tracks.map(\.id) == told.tracks.map(\.id))
            #expect(silent.model.hint == nil && told.model.hint == "The object is labelled \"{label}\".")
            #expect(silent.model.query == told.model.query)
            for (one, other) in zip(silent.tracks, told.tracks) {
                #expect(one.label == "red thing" && one.usage.promptTokens < other.usage.promptTokens)
            }
        }
    }

    @Test func missingLabelsAreLeftOutWithANote() throws {
        let arguments = ["--masks", Courtyard.masks, "--track", "1"]
        let told = try document(Courtyard.clip, arguments + ["--hint"]), silent = try document(Courtyard.clip, arguments)
        #expect(told.tracks.map(\.usage) == silent.tracks.map(\.usage) && told.tracks.map(\.caption) == silent.tracks.map(\.caption))
        #expect(told.errors.count { $0.message.contains("no track has a label to tell the model") } == 1)
        #expect(!silent.errors.contains { $0.message.contains("label") })
    }

    @Test func masksOfOverlappingBoxesFitLabelImages() throws {
        try withDetections { folder, path in
            let plain = try CommandRun(["track", Courtyard.clip, "--detections", path, "--duration", "2", "-o", folder + "/masks"])
            #expect(plain.status == 0 && plain.text.contains("track 2"), "\(plain.errors)")
            let sam = try CommandRun([
                "track", Courtyard.clip, "--detections", path, "--duration", "2", "-o", folder + "/sam", "--sam",
                Fixtures.path("sam/sam-c"),
            ])
            #expect(sam.status == 0, "\(sam.errors)")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/masks")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/sam").sorted() == names.sorted())
            let pictures = try ["masks", "sam"].map { try Data(contentsOf: URL(filePath: "\(folder)/\($0)/00010.png")) }
            #expect(pictures[0] != pictures[1])
        }
    }

    @Test func reportsBoxesOfAnotherClip() throws {
        try withTemporaryDirectory { folder in
            let path = folder.path + "/det.txt"
            try Data((1...60).map { "\($0),-1,\(1200 + $0),700,150,300,0.9,-1,-1,-1\n" }.joined().utf8).write(to: URL(filePath: path))
            let run = try CommandRun([
                "track", Courtyard.clip, "--detections", path, "--detections-out", folder.path + "/fates.jsonl",
            ])
            #expect(run.status == 0)
            #expect(run.errors.contains("found 60 of 60 boxes outside of pictures of 768x576, as if they belonged to another clip"))
        }
    }

    @Test func detectMakesMasksWithSAM() throws {
        try withRedClip { clip in
            let arguments = ["detect", clip, "--at", "7", "--detector", detector]
            let plain = try CommandRun(arguments), sam = try CommandRun(arguments + ["--sam", Fixtures.path("sam/sam-c")])
            #expect(plain.status == 0 && sam.status == 0, "\(sam.errors)")
            #expect(plain.text.contains("\"bbox\"") && !plain.text.contains("segmentation") && sam.text.contains("segmentation"))
        }
    }

    @Test func inspectShowsADetector() throws {
        let run = try CommandRun(["inspect", detector])
        #expect(run.status == 0, "\(run.errors)")
        for line in [
            "family            yolov8", "picture           128x96, middle, RGB, 0 to 1", "masks             no",
            "classes           1: red thing", "operator set      13",
            "operators         Concat 2, AveragePool 1, Conv 1, Reshape 1, Sigmoid 1",
        ] { #expect(run.text.contains(line), "\(run.text)") }
        let seg = try CommandRun(["inspect", Fixtures.path("detectors/rfdetr/seg-2"), "--json"])
        let report = try #require(try JSONSerialization.jsonObject(with: seg.output) as? [String: Any])
        #expect(seg.status == 0 && report["operators"] == nil && (report["gflop"] as? Double ?? 0) > 0)
        #expect(seg.text.contains("RF-DETR-Seg") && seg.text.contains("72x72, stretched, RGB"))
        let bad = try CommandRun(["inspect", Fixtures.path("detectors/yolov8-quantised.onnx")])
        #expect(bad.status == 69 && bad.text.contains("QuantizeLinear") && bad.errors.contains("8 bits"))
    }

    @Test func benchMeasuresADetector() throws {
        for arguments in [["--detector", detector], ["--synthetic", "rf-detr-seg-nano", "--weights", "q8"]] {
            let run = try CommandRun(["bench", "--json", "--repeat", "1"] + arguments)
            #expect(run.status == 0, "\(run.errors)")
            let report = try JSONDecoder().decode(BenchmarkReport.self, from: run.output)
            #expect(report.stages.map(\.name) == [.detector(.picture)] && report.models.map(\.name) == [arguments[1]])
            #expect(report.stages.allSatisfy { $0.gigaops > 0 && $0.processorSeconds > 0 && $0.unit == "frame" })
        }
    }

    @Test(arguments: [
        (["detect", "CLIP", "--at", "0", "--detector", "RED", "--detector-family", "yolo"], 64, "detector-family yolo: expected one of"),
        (["detect", "CLIP", "--at", "0", "--detector", "RED", "--detector-input", "640"], 64, "detector-input 640: expected a size"),
        (["detect", "CLIP", "--at", "0", "--detector", "RED", "--detector-weights", "q8"], 64, "found an ONNX file with weights q8"),
        (["detect", "CLIP", "--at", "0", "--detector", "RED", "--detector-weights", "q9"], 64, "detector-weights q9: expected one of"),
        (["detect", "CLIP", "--at", "0", "--detector", "RED", "--threshold", "2"], 64, "threshold 2.0: expected 0 to 1"),
        (["detect", "CLIP", "--at", "0", "--detector", "RED", "--labels", "red thing=-1"], 64, "threshold -1.0: expected 0 to 1"),
        (["caption", "CLIP", "--no-motion-looks", "-o", "-"], 64, "--no-motion-looks goes with --detector"),
        (["caption", "CLIP", "--detector-weights", "q8", "-o", "-"], 64, "go with --detector"),
        (["bench", "--detector", "/nowhere.onnx"], 69, "/nowhere.onnx"),
        (["bench", "--synthetic", "rf-detr-nano", "--weights", "q4"], 64, "found weights q4"),
        (["bench", "--stage", "detector"], 64, "found no model that detects"),
    ])
    func reportsInvalidRequests(arguments: [String], status: Int32, says: String) throws {
        let run = try CommandRun(arguments.map { $0 == "CLIP" ? Courtyard.clip : $0 == "RED" ? detector : $0 })
        #expect(run.status == status && run.errors.contains(says) && run.lines.count <= 6, "\(run.status) \(run.errors)")
    }
}
