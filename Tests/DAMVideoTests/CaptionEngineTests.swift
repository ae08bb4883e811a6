import DAMVideo
import DescribeAnything
import Dispatch
import Foundation
import Imaging
import LanguageModels
import Synchronization
import TestSupport
import Testing

/// If these fail, callers of one engine get each other's captions, wait forever, or starve.
struct CaptionEngineTests {
    private static let model = Result { try CaptionModel(directory: Fixtures.path("goldens/dam-a/model")) }

    /// A picture of stripes with a square region; both depend on the number.
    private func picture(_ number: Int) -> (RGBImage, Mask) {
        let side = 64
        let pixels = (0..<side * side * 3).map { UInt8(truncatingIfNeeded: $0 / 3 / (number + 2) * 40 + $0 % 3 * 20 * number) }
        let inside = (0..<side * side).map { place -> UInt8 in
            (8 + number..<40).contains(place % side) && (10..<30 + number).contains(place / side) ? 1 : 0
        }
        return (
            RGBImage(width: side, height: side, pixels: pixels), Mask(width: side, height: side, pixels: inside)
        )
    }

    private func options(_ number: Int, tokens: Int = 12) -> CaptionOptions {
        var options = CaptionOptions()
        options.generation.temperature = number % 2 == 0 ? 0 : 1
        options.generation.numBeams = number % 5 == 4 ? 2 : 1
        options.generation.seed = UInt64(number)
        options.generation.maxNewTokens = tokens
        return options
    }

    private func request(
        _ number: Int, tokens: Int = 12, priority: EngineRequest.Priority = .batch
    ) throws -> EngineRequest {
        let (image, mask) = picture(number)
        let crop = try Self.model.get().model.imageProcessor(image, mask)
        return EngineRequest(
            crops: [crop], query: Conversation.imageQuery, options: options(number, tokens: tokens).generation,
            priority: priority)
    }

    /// Many requests at once, of two priorities, with sampling and beam search: each gets the answer it gets alone.
    @Test func answersEqualThoseGeneratedAlone() throws {
        let alone = ImageDescriber(CaptionEngine(try Self.model.get(), limits: CaptionEngine.Limits(batch: 1)))
        let expected = try (0..<10).map { number in
            let (image, mask) = picture(number)
            return try alone.describe(image, region: mask, options: options(number))
        }
        let engine = CaptionEngine(try Self.model.get(), limits: CaptionEngine.Limits(batch: 3))
        let found = Mutex<[Int: String]>([:])
        DispatchQueue.concurrentPerform(iterations: 10) { number in
            let session = EngineSession(engine)
            do {
                try session.submit(request(number, priority: number < 7 ? .batch : .interactive), key: number)
                try session.waitForAll { key, event in
                    if case .finished(let answer) = event { found.withLock { $0[key] = answer.generation.text } }
                }
            } catch {
                Issue.record(error)
            }
        }
        #expect(found.withLock { found in (0..<10).map { found[$0] } } == expected)
    }

    /// A user of the web page does not wait for an hour of footage.
    @Test func interactiveRequestsGoFirst() throws {
        let engine = CaptionEngine(try Self.model.get(), limits: CaptionEngine.Limits(batch: 1))
        let ended = Mutex<[Int]>([])
        let session = EngineSession(engine)
        for number in 0..<4 { try session.submit(request(number * 2, tokens: 60), key: number) }
        try session.submit(request(1, tokens: 4, priority: .interactive), key: 9)
        try session.waitForAll { key, event in
            if case .finished = event { ended.withLock { $0.append(key) } }
        }
        let order = ended.withLock(\.self)
        #expect(order.count == 5)
        // At most one running request goes first.
        #expect(order.prefix(2).contains(9))
    }

    /// Two callers with many requests each finish at about the same time, not one after the other.
    @Test func callersTakeTurns() throws {
        let engine = CaptionEngine(try Self.model.get(), limits: CaptionEngine.Limits(batch: 1))
        let order = Mutex<[Int]>([]), isDone = DispatchSemaphore(value: 0), callers = [EngineCaller(), EngineCaller()]
        // Keeps the engine busy until all requests are queued.
        let isBusy = DispatchSemaphore(value: 0)
        let first = try #require(engine.submit(try request(0, tokens: 100_000), caller: EngineCaller(), waits: true) { event in
            if case .token(_, tokens: 1) = event { isBusy.signal() }
        })
        isBusy.wait()
        for (index, caller) in callers.enumerated() {
            for number in 0..<6 {
                let task = engine.submit(try request(number * 2), caller: caller, waits: true) { event in
                    guard case .finished = event else { return }
                    if order.withLock({ $0.append(index); return $0.count }) == 12 { isDone.signal() }
                }
                #expect(task != nil)
            }
        }
        first.cancel()
        isDone.wait()
        let second = order.withLock { $0.prefix(6).count { $0 == 1 } }
        #expect(second == 3)
    }

    @Test func cancelledRequestsEndAndDelayNoOthers() throws {
        let engine = CaptionEngine(try Self.model.get(), limits: CaptionEngine.Limits(batch: 2))
        let cancelled = Atomic(0), isDone = DispatchSemaphore(value: 0)
        let tasks = try (0..<6).map { number in
            try #require(engine.submit(try request(number * 2, tokens: 100_000), caller: EngineCaller(), waits: true) { event in
                if case .failed(is CancellationError) = event, cancelled.add(1, ordering: .relaxed).newValue == 6 {
                    isDone.signal()
                }
            })
        }
        for task in tasks { task.cancel() }
        isDone.wait()
        let (image, mask) = picture(3)
        #expect(try !ImageDescriber(engine).describe(image, region: mask, options: options(0)).isEmpty)
    }

    /// When a caller or the engine goes away, no thread is left waiting.
    @Test func endedSessionsAndEnginesCancelTheirRequests() throws {
        let ended = DispatchSemaphore(value: 0)
        do {
            let engine = CaptionEngine(try Self.model.get(), limits: CaptionEngine.Limits(batch: 1))
            struct Enough: Error {}
            let session = EngineSession(engine)
            try session.submit(request(0, tokens: 100_000), key: 0)
            for number in 0..<3 {
                let task = engine.submit(try request(number * 2, tokens: 100_000), caller: EngineCaller(), waits: true) { event in
                    if case .failed(is CancellationError) = event { ended.signal() }
                }
                #expect(task != nil)
            }
            #expect(throws: Enough.self) { try session.waitForAll { _, _ in throw Enough() } }
        }
        for _ in 0..<3 { ended.wait() }
    }

    @Test func aFullQueueRefusesCallersThatDoNotWait() throws {
        var limits = CaptionEngine.Limits(batch: 1)
        limits.queue = 1
        let engine = CaptionEngine(try Self.model.get(), limits: limits)
        let caller = EngineCaller(), request = try request(0, tokens: 100_000, priority: .interactive)
        // Four running, which fit the batch, and one waiting.
        let tasks = (0..<5).compactMap { _ in engine.submit(request, caller: caller, waits: true) { _ in } }
        #expect(tasks.count == 5)
        let (image, mask) = picture(1)
        #expect(throws: EngineBusyError.self) { try ImageDescriber(engine).stream(image, region: mask) }
        for task in tasks { task.cancel() }
        #expect(try !ImageDescriber(engine).describe(image, region: mask, options: options(0)).isEmpty)
    }

    @Test func streamsTextAndErrors() async throws {
        let describer = ImageDescriber(CaptionEngine(try Self.model.get()))
        let (image, mask) = picture(2)
        var text = ""
        for try await part in try describer.stream(image, region: mask, options: options(2)) { text += part }
        #expect(try text.trimmingCharacters(in: .whitespaces) == describer.describe(image, region: mask, options: options(2)))

        let empty = Mask(width: 64, height: 64, pixels: [UInt8](repeating: 0, count: 64 * 64))
        let error = #expect(throws: InputError.self) { try describer.stream(image, region: empty) }
        #expect(error?.category == .invalid && error?.description == "the picture: the mask has no pixel set")
        var long = options(0)
        long.query = "<image>" + String(repeating: " word", count: 5000)
        await #expect(throws: InputError.self) {
            for try await _ in try describer.stream(image, region: mask, options: long) {}
        }
    }

    /// When a program exits during a step, libraries must not be torn down under it.
    @Test func endingWaitsForTheCurrentStep() throws {
        let engine = CaptionEngine(try Self.model.get(), limits: CaptionEngine.Limits(batch: 1))
        let session = EngineSession(engine)
        try session.submit(request(0, tokens: 100_000), key: 0)
        try session.submit(request(2, tokens: 100_000), key: 1)
        engine.end()
        var cancelled = 0
        try session.waitForAll { _, event in if case .failed(is CancellationError) = event { cancelled += 1 } }
        #expect(cancelled == 2)
        engine.end()
        #expect(throws: CancellationError.self) { try session.submit(request(0), key: 2) }
    }

    /// A caller that shows a growing caption gets all of its text, however seldom it reads.
    @Test func unreadTokensKeepTheirText() throws {
        let engine = CaptionEngine(try Self.model.get()), session = EngineSession(engine)
        for key in 0..<3 { try session.submit(request(key * 2, tokens: 40), key: key) }
        var texts = ["", "", ""], answers = texts
        try session.waitForAll { key, event in
            if case .token(let text, _) = event { texts[key] += text }
            if case .finished(let answer) = event { answers[key] = answer.generation.text }
            // Meanwhile tokens are generated.
            usleep(20_000)
        }
        #expect(texts.map { $0.trimmingCharacters(in: .whitespaces) } == answers && !answers.contains(""))
    }
}
