import DAMVideo
import Foundation
import Imaging
import Media
import TestSupport
import Testing

/// If these fail, `describe` gives other text than the published program, or describes another region.
struct ImageDescriberTests {
    private static let set = Fixtures.path("goldens/dam-a")
    private static let describer = Result { ImageDescriber(try CaptionModel(directory: set + "/model")) }

    private var greedy: CaptionOptions {
        var options = CaptionOptions()
        (options.generation.temperature, options.generation.maxNewTokens) = (0, 24)
        return options
    }

    private let published = "dy lightqulightortla car& rectangularal\u{1f}al\u{1f}al\u{1f}al\u{1f}al\u{1f}al\u{1f}9\u{fffd}7"

    /// The golden case `face` uses the default question.
    @Test func givesThePublishedText() throws {
        var streamed = ""
        let text = try Self.describer.get().describe(
            image: Self.set + "/media/astronaut.png", mask: Self.set + "/media/astronaut_face.png", options: greedy
        ) { streamed += $0 }
        #expect(text == published)
        #expect(streamed == text)
    }

    @Test func takesTheAlphaChannelForAMask() throws {
        // The picture and the mask of the golden case, in one file.
        let picture = try ImageDecoder.rgb(path: Self.set + "/media/astronaut.png")
        let mask = try ImageDecoder.mask(path: Self.set + "/media/astronaut_face.png")
        let header = "P7\nWIDTH \(picture.width)\nHEIGHT \(picture.height)\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n"
        let pixels = mask.pixels.indices.flatMap { picture.pixels[3 * $0..<3 * $0 + 3] + [mask.pixels[$0] == 0 ? 0 : 255] }
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "cut-out.pam")
            try Data(header.utf8 + pixels).write(to: file)
            #expect(try Self.describer.get().describe(image: file.path, mask: nil, options: greedy) == published)
        }
        let error = #expect(throws: InputError.self) {
            try Self.describer.get().describe(image: Self.set + "/media/coffee.png", mask: nil, options: greedy)
        }
        #expect(error?.category == .usage && error?.description.contains("no alpha channel") == true)
    }

    @Test func refusesMasksThatDoNotFit() throws {
        let describer = try Self.describer.get()
        let size = #expect(throws: InputError.self) {
            try describer.describe(
                image: Self.set + "/media/coffee.png", mask: Self.set + "/media/astronaut_face.png", options: greedy)
        }
        #expect(size?.category == .invalid && size?.description.hasSuffix("the mask is 320x320, the picture 300x200") == true)
        let missing = #expect(throws: InputError.self) {
            try describer.describe(image: Self.set + "/media/none.png", mask: nil, options: greedy)
        }
        #expect(missing?.category == .notFound)
    }
}
