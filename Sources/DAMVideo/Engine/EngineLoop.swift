import DescribeAnything
import Foundation
import Imaging
import LanguageModels
import Tensors

/// The engine's main loop, one step at a time. Runs on the engine's thread only.
///
/// ```
/// waiting (EngineQueue) -> Admission: frames encoded one by one, prompt prefilled -> OpenAnswer: a token per step -> ended
/// ```
final class EngineLoop {
    private let model: DescribeAnythingModel
    private let queue: EngineQueue
    private var memory: EngineMemory
    /// Requests whose frames are being encoded: at most one batch request, and interactive ones before it.
    private var admissions: [Admission] = []
    private var open: [Int: OpenAnswer] = [:]
    private let batch: GenerationBatch
    private var nextID = 0
    /// True if the last step was part of an admission.
    private var hasAdmitted = false
    private let clock = ContinuousClock()

    /// Interactive answers that may be open in addition to the batch.
    private let interactiveRoom: Int

    init(_ model: DescribeAnythingModel, _ limits: CaptionEngine.Limits, _ queue: EngineQueue) {
        self.model = model
        self.queue = queue
        memory = EngineMemory(weightBytes: model.weightBytes, limits)
        interactiveRoom = limits.interactiveRoom
        batch = GenerationBatch(model.generator, size: memory.batchLimit + interactiveRoom)
    }

    /// Runs until the engine ends.
    func run() {
        while !queue.hasStopped {
            dropCancelled()
            admit()
            if !admissions.isEmpty, !answersAreDue, !queue.admitsNothing {
                advanceAdmission()
            } else if !open.isEmpty {
                stepAnswers()
            } else {
                // The engine is idle: release memory for the next request, or for other parts of the program.
                batch.releaseSpare()
                guard queue.waitForWork() else { break }
            }
        }
        for task in admissions.map(\.task) + open.values.map(\.task) { task.deliver(.failed(CancellationError())) }
    }

    /// True if open answers go before the next part of an admission: one of them is interactive, or the admission is, and must
    /// not delay the others by more than a step.
    private var answersAreDue: Bool {
        guard hasAdmitted, !open.isEmpty else { return false }
        return admissions.last?.isInteractive ?? false || open.values.contains(where: \.isInteractive)
    }

    // MARK: Admission

    /// Begins the requests that fit.
    private func admit() {
        if open.isEmpty, admissions.isEmpty { memory.measure() }
        let interactive = admissions.count(where: \.isInteractive) + open.values.count(where: \.isInteractive)
        let admitted = admissions.map(\.task) + open.values.map(\.task)
        let task = queue.takeInteractive { [memory, interactiveRoom] task in
            interactive == 0 || interactive < interactiveRoom && memory.fits(admitted + [task])
        }
        if let task { admissions.append(Admission(task)) }
        guard admissions.isEmpty else { return }
        let all = open.values.map(\.task)
        if let task = queue.takeBatch(where: { memory.admits($0, beside: all) }) { admissions.append(Admission(task)) }
    }

    /// Encodes one frame of the latest admission, or prefills its prompt.
    private func advanceAdmission() {
        guard let admission = admissions.last else { return }
        hasAdmitted = true
        let began = clock.now
        if let prompt = admission.encodeNext(model) {
            admissions.removeLast()
            open(admission, prompt, since: began)
        } else {
            admission.time += clock.now - began
        }
    }

    private func open(_ admission: Admission, _ prompt: Prompt, since began: ContinuousClock.Instant) {
        let task = admission.task, options = task.options, id = nextID
        nextID += 1
        task.deliver(.reading(tokens: prompt.count))
        var answer = OpenAnswer(task: task, promptTokens: prompt.count, time: admission.time)
        do {
            if options.numBeams > 1 {
                let beams = try BeamGeneration(model.generator, prompt.embeddings, options)
                answer.beams = beams
                answer.time += clock.now - began
                open[id] = answer
                report(beams, id)
            } else {
                let growth = try batch.add(prompt, options, alternatives: task.alternatives, id: id)
                answer.time += clock.now - began
                open[id] = answer
                report(growth)
            }
        } catch {
            task.deliver(.failed(error))
        }
    }

    // MARK: Answers

    /// Generates one more token of every open answer.
    private func stepAnswers() {
        hasAdmitted = false
        let began = clock.now, growth = batch.step()
        let share = (clock.now - began) / max(1, growth.count)
        for answer in growth { open[answer.id]?.time += share }
        growth.forEach(report)
        for (id, answer) in open.sorted(by: { $0.key < $1.key }) {
            guard let beams = answer.beams else { continue }
            let began = clock.now
            beams.step()
            open[id]?.time += clock.now - began
            report(beams, id)
        }
    }

    private func report(_ growth: GenerationBatch.TokenStep) {
        if let probability = growth.probability { open[growth.id]?.task.deliver(.drawn(probability)) }
        open[growth.id]?.task.deliver(.token(text: growth.text, tokens: growth.tokens))
        if let generation = growth.generation { close(growth.id, generation) }
    }

    /// Reports an answer of beam search, whose text is known only at the end.
    private func report(_ beams: BeamGeneration, _ id: Int) {
        let generation = beams.isDone ? beams.generation : nil
        open[id]?.task.deliver(.token(text: generation?.text ?? "", tokens: generation?.tokens.count ?? beams.tokens))
        if let generation { close(id, generation) }
    }

    private func close(_ id: Int, _ generation: Generation) {
        guard let answer = open.removeValue(forKey: id) else { return }
        if let path = MappedFile.changed {
            // The answer may have been computed from partly overwritten weights.
            answer.task.deliver(.failed(InputError(
                .unusableModel, path, found: "a file modified while in use", expected: "an unchanged file")))
            return
        }
        answer.task.deliver(
            .finished(EngineAnswer(generation: generation, promptTokens: answer.promptTokens, time: answer.time)))
    }

    private func dropCancelled() {
        var dropped = queue.takeCancelled()
        dropped += admissions.map(\.task).filter(\.isCancelled)
        admissions.removeAll { $0.task.isCancelled }
        for (id, answer) in open where answer.task.isCancelled {
            dropped.append(answer.task)
            open[id] = nil
            batch.remove(id: id)
        }
        for task in dropped { task.deliver(.failed(CancellationError())) }
    }
}

/// A request whose frames are being encoded.
private final class Admission {
    let task: EngineTask
    var time = Duration.zero
    /// Image tokens of each encoded frame.
    private var encoded: [Int: Tensor] = [:]
    private var next = 0
    private let crops: [FocalPrompt]

    init(_ task: EngineTask) {
        self.task = task
        crops = task.takeCrops()
    }

    var isInteractive: Bool { task.priority == .interactive }

    /// Encodes the next frame.
    /// - Returns: the prompt, once all frames are encoded.
    func encodeNext(_ model: DescribeAnythingModel) -> Prompt? {
        task.deliver(.encoding(done: next, total: task.frames.count))
        if next < crops.count {
            let frame = task.frames[next]
            if encoded[frame] == nil { encoded[frame] = model.encode(crops[next]) }
            next += 1
            return nil
        }
        let frames = task.frames.compactMap { encoded[$0] }
        // Beam search has its own KV cache for the prompt.
        return task.options.numBeams > 1
            ? Prompt(model.embeddings(task.tokens, frames: frames)) : model.prompt(task.tokens, frames: frames)
    }
}

/// An answer being generated.
private struct OpenAnswer {
    let task: EngineTask
    let promptTokens: Int
    var time: Duration
    /// Nil unless the answer is generated by beam search.
    var beams: BeamGeneration?

    var isInteractive: Bool { task.priority == .interactive }
}
