import Imaging
import TestSupport
import Testing
import VideoDecoding

/// If these fail, propagated masks are read back as other objects, or shown in other colours than DAVIS has.
@Suite struct LabelImageWriterTests {
    @Test func numbersComeBack() throws {
        let labels = LabelImage(width: 17, height: 16, values: (0..<17 * 16).map { UInt16($0 % 256) })
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "0.png").path
            try LabelImageWriter.write(labels, to: path)
            #expect(try ImageDecoder.labels(path: path) == labels)
        }
    }

    /// The first colours of the palette in DAVIS's own files.
    @Test func paletteIsThatOfDAVIS() {
        let colours = (UInt8(0)...8).map { LabelImageWriter.colour(of: $0) }.map { [$0.red, $0.green, $0.blue] }
        #expect(colours == [
            [0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128], [128, 0, 128], [0, 128, 128],
            [128, 128, 128], [64, 0, 0],
        ])
    }

    @Test func numbersAboveTheirPaletteAreErrors() {
        let labels = LabelImage(width: 1, height: 1, values: [256])
        #expect(throws: VideoError.self) { try LabelImageWriter.png(labels, path: "x.png") }
    }

    @Test func unwritableFoldersAreErrors() {
        let labels = LabelImage(width: 1, height: 1, values: [1])
        let error = #expect(throws: VideoError.self) { try LabelImageWriter.write(labels, to: "/nonexistent/x.png") }
        #expect(error?.fault == .inputOutput)
    }
}
