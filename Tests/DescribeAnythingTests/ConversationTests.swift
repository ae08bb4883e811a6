import DescribeAnything
import Testing

/// If these fail, the model gets another prompt than it was trained on, and answers worse.
struct ConversationTests {
    @Test func queriesGetAPlaceholderPerFrame() {
        #expect(Conversation.query("a <image> b <image>", frames: 2) == "a <image> b <image>")
        #expect(Conversation.query("Video: <image>\nWhat?", frames: 3) == "Video: <image><image><image>\nWhat?")
        #expect(Conversation.query("What?", frames: 1) == "Image: <image>\nWhat?")
        #expect(Conversation.query("What?", frames: 2) == "Video: <image><image>\nWhat?")
        #expect(Conversation.query("<image><image>", frames: 3) == nil)
    }

    @Test func theVideoQueryIsTheOneTrainedOn() {
        #expect(
            Conversation.videoQuery(frames: 2)
                == "Video: <image><image>\nGiven the video in the form of a sequence of frames above, "
                + "describe the object in the masked region in the video in detail.")
    }
}
