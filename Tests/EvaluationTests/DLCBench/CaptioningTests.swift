import Evaluation
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, captions are lost when a run ends, or belong to the wrong picture.
struct CaptioningTests {
    private struct Stop: Error {}

    @Test func regionsAreCaptionedOnceInTheFilesOrder() throws {
        try DLCSample.withFolder { folder in
            let path = folder.appending(path: "own.json").path
            func captioning(_ query: String = DLCCaptioning.Query.image) throws -> DLCCaptioning {
                try DLCCaptioning(folder: folder.path, outputs: path, query: query)
            }
            var first = try captioning(), made = 0
            do {
                try first.run { picture, mask in
                    made += 1
                    if made == 3 { throw Stop() }
                    return "picture \(picture.pixels[0]), \(mask.area) pixels"
                }
                Issue.record("not stopped")
            } catch is Stop {}
            var second = try captioning()
            try second.run { picture, _ in
                made += 1
                return "later \(picture.pixels[0])"
            }
            #expect(made == 5)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == """
                {
                    "3": "picture 200, 3 pixels",
                    "5": "picture 200, 3 pixels",
                    "7": "later 10",
                    "12": "later 10",
                    "query": "<image>\\nDescribe the masked region in detail."
                }
                """)
            #expect(throws: InputError.self) { try captioning(DLCCaptioning.Query.joint) }
        }
    }

    @Test func aPictureOfAnotherSizeIsRefused() throws {
        try DLCSample.withFolder { folder in
            let picture = folder.appending(path: "images/b.ppm")
            try Data("P6\n3 4\n255\n".utf8 + [UInt8](repeating: 0, count: 36)).write(to: picture)
            var captioning = try DLCCaptioning(
                folder: folder.path, outputs: folder.appending(path: "own.json").path, query: DLCCaptioning.Query.image)
            do {
                try captioning.run { _, _ in "" }
                Issue.record("not refused")
            } catch let error as InputError {
                #expect("\(error)" == "\(picture.path): found a picture of 3x4, expected 4x3 as annotations.json has it")
            }
        }
    }
}
