import Foundation
import Imaging
import TestSupport
import Testing
import Media

/// Encoded video is decoded again: if these fail, a rendered clip has other pictures, times or sizes than the clip.
struct VideoEncoderTests {
    /// A picture of soft colours that differs from frame to frame.
    private func picture(_ number: Int, width: Int, height: Int) -> RGBImage {
        RGBImage(
            width: width, height: height,
            pixels: (0..<width * height).flatMap { index -> [UInt8] in
                let x = index % width, y = index / width
                return [UInt8(40 + 160 * x / width), UInt8(40 + 160 * y / height), UInt8((number * 30) % 200 + 20)]
            })
    }

    private func difference(_ first: RGBImage, _ second: RGBImage, columns: Int, rows: Int) -> Double {
        var sum = 0
        for row in 0..<rows {
            for index in 0..<columns * 3 {
                sum += abs(Int(first.pixels[row * first.width * 3 + index]) - Int(second.pixels[row * second.width * 3 + index]))
            }
        }
        return Double(sum) / Double(columns * rows * 3)
    }

    /// Odd sizes become even; times are preserved, however uneven, from the first on.
    @Test(arguments: [PictureSize(width: 64, height: 48), PictureSize(width: 35, height: 51), PictureSize(width: 1281, height: 721)])
    func picturesAndTimesAreKept(size: PictureSize) throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.mp4").path
            let times = [2.5, 2.54, 2.6, 3.6, 3.6, 3.7, 7.25]
            let encoder = try VideoEncoder(path: path, size: size, frameRate: 10)
            for (number, time) in times.enumerated() {
                try encoder.add(picture(number, width: size.width, height: size.height), time: time)
            }
            try encoder.finish()

            let clip = try VideoClip(path: path)
            #expect(clip.info.width == size.width + size.width % 2 && clip.info.height == size.height + size.height % 2)
            #expect(clip.info.pixelAspect == .square && clip.frameCount == times.count)
            let frames = try clip.frames()
            while let frame = try frames.next() {
                #expect(abs(frame.time - (times[frame.index] - 2.5)) < 1e-4)
                let image = try frame.image(), original = picture(frame.index, width: size.width, height: size.height)
                #expect(difference(image, original, columns: size.width, rows: size.height) < 4)
                // The added column repeats the last one.
                #expect(abs(Int(image.pixels[(image.width - 1) * 3]) - Int(image.pixels[(size.width - 1) * 3])) < 16)
            }
            // The last picture lasts for the usual interval.
            let duration = try #require(clip.info.duration)
            #expect(abs(duration - 4.85) < 0.01)
            let bytes = try Data(contentsOf: URL(filePath: path))
            let index = try #require(bytes.range(of: Data("moov".utf8))), content = try #require(bytes.range(of: Data("mdat".utf8)))
            #expect(index.lowerBound < content.lowerBound, "the index is not in front")
        }
    }

    @Test func widePixelsStayWide() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.mp4").path
            let encoder = try VideoEncoder(
                path: path, size: PictureSize(width: 32, height: 32), pixelAspect: PixelAspect(width: 16, height: 11), frameRate: 25)
            try encoder.add(picture(0, width: 32, height: 32), time: 0)
            try encoder.finish()
            #expect(try VideoClip(path: path).info.pixelAspect == PixelAspect(width: 16, height: 11))
        }
    }

    /// The decoder's values for a file and for one that is rotated by 90°.
    @Test func pixelAspectIsThatOfTheFile() throws {
        #expect(try VideoClip(path: Fixtures.path("video/mpeg4_wide_pixels.avi")).info.pixelAspect == PixelAspect(width: 2, height: 1))
        #expect(try VideoClip(path: Fixtures.path("video/rotated90.mp4")).info.pixelAspect == .square)
    }

    @Test func aFolderThatIsNotThereIsAnError() {
        #expect(throws: VideoError.self) {
            _ = try VideoEncoder(path: "/nowhere/out.mp4", size: PictureSize(width: 32, height: 32), frameRate: 25)
        }
    }

    @Test func picturesTooLargeAreAnErrorThatNamesTheFile() {
        do {
            _ = try VideoEncoder(
                path: "/tmp/x.partial", name: "x.mp4", size: PictureSize(width: 1 << 15, height: 1 << 14), frameRate: 25)
            Issue.record("encoded")
        } catch {
            #expect("\(error)".hasPrefix("x.mp4: found a picture of 32768x16384"))
        }
    }

    @Test(arguments: [PictureSize(width: 64, height: 48), PictureSize(width: 33, height: 17)])
    func jpegsShowThePicture(size: PictureSize) throws {
        try withTemporaryDirectory { folder in
            let encoder = try JPEGEncoder(size: size, quantiser: 3, path: "report.html")
            for number in 0..<3 {
                let original = picture(number, width: size.width, height: size.height)
                let file = folder.appending(path: "\(number).jpg")
                try Data(encoder.jpeg(original)).write(to: file)
                let image = try ImageDecoder.rgb(path: file.path)
                #expect(image.width == size.width && image.height == size.height)
                #expect(difference(image, original, columns: size.width, rows: size.height) < 4)
            }
        }
    }
}
