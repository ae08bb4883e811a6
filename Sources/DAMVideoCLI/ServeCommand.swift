import ArgumentParser
import DAMVideo
import DAMVideoServer
import Dispatch
import Foundation
import Imaging
import Logging
import ObjectTracking
import Synchronization

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve captions over HTTP: OpenAI's chat completions, caption jobs for clips, and a web page.",
        discussion: """
            Listens only on this machine unless --host says otherwise; then --api-key is needed. Each option can also be set in the \
            environment: DAMVIDEO_PORT for --port, and so on. On a signal the server accepts no more connections, and ends \
            once open requests are done, or after --grace.

            Exit codes: 0 stopped; 64 usage; 69 model missing or unusable; 74 cannot listen on the address.
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        help: ArgumentHelp("SAM 2, to segment points and boxes. Default: the variable DAMVIDEO_SAM, else none.", valueName: "path"))
    var sam: String?

    @Option(help: ArgumentHelp("A detector, to find objects if a request gives none.", valueName: "path"))
    var detector: String?

    @OptionGroup var server: ServerArguments

    func run() throws {
        try reportingErrors {
            let environment = ProcessInfo.processInfo.environment, server = try server.withEnvironment(environment)
            let logger = try server.logger(), options = try server.options(environment)
            let program = try ServerProgram(server.settings, options, logger: logger) { [self] in try models(server, queue: options.queue) }
            let isStopping = Atomic(false), grace = server.settings.grace
            Program.interruption.handle { cause in
                // A second signal ends the server at once.
                guard case .signal = cause, !isStopping.exchange(true, ordering: .relaxed) else { Program.end(cause) }
                Program.limit(grace + Self.end, code: .success)
                program.stop()
            }
            try wait { try await program.run() }
        }
    }

    /// Time for the engine's last step, and for models being loaded.
    private static let end = Duration.seconds(5)

    private func models(_ server: ServerArguments, queue: Int) throws -> ServerProgram.Models {
        let environment = ProcessInfo.processInfo.environment
        let location = try model.location(), loaded = try model.load()
        let segmentation = try (sam ?? environment[ModelStore.segmentationVariable].flatMap { $0.isEmpty ? nil : $0 })
            .map { try SegmentationModel(path: ModelStore.console.segmentation($0)) }
        let detector = try (detector ?? environment["DAMVIDEO_DETECTOR"].flatMap { $0.isEmpty ? nil : $0 })
            .map { try ObjectDetector(path: ModelStore.console.detector($0)) }
        let engine = CaptionEngine(loaded, limits: CaptionEngine.Limits(batch: server.batch, queue: queue))
        let names = server.modelName.map { [$0] } ?? location.names
        return ServerProgram.Models(engine, segmentation: segmentation, detector: detector, names: names)
    }

    /// Blocks the command's thread until asynchronous work is done.
    private func wait(_ body: @escaping @Sendable () async throws -> Void) throws {
        let result = Mutex<Result<Void, any Error>?>(nil), isDone = DispatchSemaphore(value: 0)
        Task {
            do {
                try await body()
                result.withLock { $0 = .success(()) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
            isDone.signal()
        }
        isDone.wait()
        try result.withLock { $0 }?.get()
    }
}
