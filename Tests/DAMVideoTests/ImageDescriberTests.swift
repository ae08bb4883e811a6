import DAMVideo
import Foundation
import Imaging
import TestSupport
import Testing

struct ImageDescriberTests {
    private static let set = Fixtures.path("goldens/dam-a")
    private static let describer = Result { ImageDescriber(try CaptionModel(directory: set + "/model")) }

    private var greedy: CaptionOptions {
        var options = CaptionOptions()
        (options.generation.temperature, options.generation.maxNewTokens) = (0, 24)
        return options
    }

    /// The golden case `face` asks the default question.
    @Test func givesThePublishedText() throws {
        var streamed = ""
        let text = try Self.describer.get().describe(
            image: Self.set + "/media/astronaut.png", mask: Self.set + "/media/astronaut_face.png", options: greedy
        ) { streamed += $0 }
        #expect(text == "dy lightqulightortla car& rectangularal\u{1f}al\u{1f}al\u{1f}al\u{1f}al\u{1f}al\u{1f}9\u{fffd}7")
        #expect(streamed == text)
    }

    @Test func takesTheAlphaChannelForAMask() throws {
        // Red, opaque in one corner.
        let text = try Self.describer.get().describe(
            image: Fixtures.path("video/stills/rgba.png"), mask: nil, options: greedy)
        #expect(!text.isEmpty)
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
