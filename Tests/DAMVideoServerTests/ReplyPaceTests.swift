import DAMVideo
import Foundation
import Testing

@testable import DAMVideoServer

/// If these fail, clients with a timeout get no text, or less than there was time for.
@Suite("Replies with a deadline")
struct ReplyPaceTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("An answer has all of its time if it is alone or the batch has room")
    func alone() {
        let pace = ReplyPace(room: 4), places = (0..<4).map { _ in pace.enter(until: at(110)) }
        places[0].begin(at: start)
        #expect(!places[0].isOver(at: at(109.9)) && places[0].isOver(at: at(110)))
        // It has not started.
        #expect(!places[1].isOver(at: at(200)))
        let free = ReplyPace(room: 4).enter(until: nil)
        free.begin(at: start)
        #expect(!free.isOver(at: at(1e6)))
    }

    @Test("Twenty answers in batches of eight have a third of the time each")
    func shares() {
        let pace = ReplyPace(room: 8), places = (0..<20).map { _ in pace.enter(until: at(120)) }
        for place in places[..<8] { place.begin(at: start) }
        #expect(!places[0].isOver(at: at(39)) && places[0].isOver(at: at(41)))
        var rest = Array(places[8...])
        withExtendedLifetime(places) {}
        let second = ReplyPace(room: 8), later = (0..<12).map { _ in second.enter(until: at(120)) }
        for place in later[..<8] { place.begin(at: at(40)) }
        #expect(!later[0].isOver(at: at(79)) && later[0].isOver(at: at(81)))
        rest.removeAll()
    }

    @Test("A client with a short timeout takes no more of another's time than others")
    func shortTimes() {
        let pace = ReplyPace(room: 1), first = pace.enter(until: at(100)), hasty = pace.enter(until: at(1))
        first.begin(at: start)
        #expect(!first.isOver(at: at(49)) && first.isOver(at: at(51)))
        withExtendedLifetime(hasty) {}
    }

    @Test("Clients that leave take no time from others")
    func leaving() {
        let pace = ReplyPace(room: 1), first = pace.enter(until: at(100))
        first.begin(at: start)
        var second: ReplyPace.Place? = pace.enter(until: at(100))
        #expect(first.isOver(at: at(51)))
        withExtendedLifetime(second) {}
        second = nil
        #expect(!first.isOver(at: at(99)))
    }

    @Test("An answer at its deadline ends with its text, or fails if it has none")
    func cut() throws {
        let engine = try SampleServer.engine.get().engine, pace = ReplyPace(room: 1)
        let place = pace.enter(until: start - .seconds(1))
        var answer = ChatAnswer(engine, stops: [], growsByTokens: true, ServerMetrics())
        _ = try answer.take(.engine(.encoding(done: 0, total: 1)), place)
        #expect(throws: APIError.tooLate) { _ = try answer.take(.timeIsUp, place) }
        let first = try answer.take(.engine(.token(text: "", tokens: 1)), place)
        #expect(!first.isAtEnd)
        let second = try answer.take(.engine(.token(text: "A red", tokens: 2)), place)
        #expect(second.isAtEnd && second.text == "A red" && answer.finishReason == "length" && answer.usage.completionTokens == 2)
        var held = ChatAnswer(engine, stops: ["red coat"], growsByTokens: true, ServerMetrics())
        #expect(try held.take(.engine(.token(text: "A red", tokens: 2)), pace.enter(until: nil)).text == "A ")
        let rest = try held.take(.timeIsUp, place)
        #expect(rest.text == "red" && rest.isAtEnd)
    }

    @Test("The deadline comes from the server's option, Frigate's timeout, or the client's")
    func limits() {
        func time(_ option: Double?, _ header: String? = nil, isMarked: Bool = false, streams: Bool = false) -> Double? {
            let headers = header.map { ["x-stainless-read-timeout": $0] } ?? [:]
            let time = ReplyLimit.time(option.map { .seconds($0) }, headers: headers, isMarked: isMarked, streams: streams)
            return time.map { $0 / .seconds(1) }
        }
        #expect(time(nil) == nil && time(nil, "600") == 550 && time(nil, "120") == 110 && time(nil, isMarked: true) == 110)
        #expect(time(30, isMarked: true) == 30 && time(300, "120") == 110 && time(200, isMarked: true) == 200)
        #expect(time(30, streams: true) == 30)
        #expect(time(nil, "60", isMarked: true, streams: true) == nil && time(0, "60", isMarked: true) == nil)
        for header in ["x", "nan", "-5", "0", "1e300", ""] { #expect(time(nil, header) == nil, "\(header)") }
    }

    @Test("A request that cannot start in time is refused with a time to retry")
    func late() async throws {
        var settings = ChatSettings()
        settings.replyWithin = .nanoseconds(1)
        let response = await Responder.answering(try SampleServer.chat(settings), try ChatCall().request())
        #expect(response.status == 503 && response.headers["retry-after"] != nil)
        settings.replyWithin = .seconds(3600)
        let (status, _, json) = try await ChatCall().answer(SampleServer.chat(settings))
        let plain = try await ChatCall().answer(SampleServer.chat()).json
        #expect(status == 200)
        #expect(json.at("choices", 0, "message", "content") as? String == plain.at("choices", 0, "message", "content") as? String)
        #expect(json.at("choices", 0, "finish_reason") as? String == plain.at("choices", 0, "finish_reason") as? String)
    }
}
