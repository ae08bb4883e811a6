import Dispatch
import Foundation
import Synchronization
import Tensors

/// Handler of signals and memory faults. Runs on its own thread, because work in progress may not check for a signal for a
/// minute.
public final class Interruption: Sendable {
    public enum Cause: Sendable, Equatable {
        /// Ctrl-C, SIGTERM, a closed terminal (SIGHUP), or the CPU time limit (SIGXCPU).
        case signal(Int32)
        /// A mapped file was truncated; the thread that touched a missing page waits until the process ends.
        case fileCut(path: String)
        /// Allocating a tensor of this many bytes failed; the allocating thread waits until the process ends.
        case memoryExhausted(byteCount: Int)
    }

    private let action: Mutex<@Sendable (Cause) -> Void>
    /// Exit code upon a second signal other than Ctrl-C.
    private let hurriedCode = Mutex<Int32>(130)
    private let since = Mutex<ContinuousClock.Instant?>(nil)
    private let causes = Mutex<[Cause]>([])
    private let alarm = DispatchSemaphore(value: 0)

    /// Installs the handlers for the whole process, once; signals ignored at startup stay ignored. A second signal that arrives
    /// at least a second after the first, while the action still runs, ends the process at once.
    /// - Parameter action: called at the first signal, and at later ones once the previous call has returned.
    public init(_ action: @escaping @Sendable (Cause) -> Void) {
        self.action = Mutex(action)
        guard SignalPipe.open() else { return }
        MemoryExhaustion.handle(SignalPipe.reportExhaustion)
        // Both start now: later there may be no memory for a thread.
        Thread(block: listen).start()
        Thread(block: act).start()
    }

    private func listen() {
        while let message = SignalPipe.next() {
            if let began = since.withLock({ $0 }), [SIGINT, SIGTERM, SIGHUP].contains(message.signal) {
                if ContinuousClock.now - began > .seconds(1) { _exit(message.signal == SIGINT ? 130 : hurriedCode.withLock { $0 }) }
                continue
            }
            guard let cause = Self.cause(message) else { continue }
            // SIGXCPU repeats every second.
            guard causes.withLock({ causes in
                defer { if !causes.contains(cause) { causes.append(cause) } }
                return !causes.contains(cause)
            }) else { continue }
            since.withLock { $0 = $0 ?? .now }
            alarm.signal()
        }
    }

    private func act() {
        while true {
            alarm.wait()
            guard let cause = causes.withLock({ $0.first }) else { continue }
            action.withLock { $0 }(cause)
            causes.withLock { _ = $0.removeFirst() }
            since.withLock { $0 = nil }
        }
    }

    /// Sets the action for signals from now on.
    /// - Parameters:
    ///   - hurriedCode: exit code upon a second signal while the action runs, unless it is Ctrl-C.
    ///   - action: called once, with the signal's cause.
    public func handle(hurriedCode: Int32 = 130, _ action: @escaping @Sendable (Cause) -> Void) {
        self.hurriedCode.withLock { $0 = hurriedCode }
        self.action.withLock { $0 = action }
    }

    /// - Returns: nil for a bus error outside any mapped file; the process then ends as usual for that signal.
    private static func cause(_ message: SignalPipe.Message) -> Cause? {
        if message.signal == 0 { return .memoryExhausted(byteCount: Int(message.value)) }
        guard message.signal == SIGBUS else { return .signal(message.signal) }
        if let path = MappedFile.path(at: message.value) { return .fileCut(path: path) }
        signal(SIGBUS, SIG_DFL)
        kill(getpid(), SIGBUS)
        return nil
    }
}

/// Signals as messages in a pipe, because a signal handler may do little more than write. Works on any thread, regardless of the
/// signals that threads block.
private enum SignalPipe {
    struct Message {
        /// 0 for a failed allocation.
        let signal: Int32
        /// Address of a fault, or number of bytes requested.
        let value: UInt
    }

    private static let readEnd = Atomic<Int32>(-1)
    private static let writeEnd = Atomic<Int32>(-1)

    /// - Returns: false if it is already open, or the pipe cannot be created.
    static func open() -> Bool {
        var ends: [Int32] = [-1, -1]
        guard readEnd.load(ordering: .relaxed) < 0, pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        readEnd.store(ends[0], ordering: .relaxed)
        writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGBUS] { take(number) }
        return true
    }

    /// Waits for the next signal.
    static func next() -> Message? {
        var message = Message(signal: 0, value: 0)
        let size = MemoryLayout<Message>.size
        while true {
            let count = read(readEnd.load(ordering: .relaxed), &message, size)
            if count == size { return message }
            guard count < 0, errno == EINTR else { return nil }
        }
    }

    /// Reports a failed allocation, and waits for the process to end.
    @Sendable static func reportExhaustion(byteCount: Int) {
        send(Message(signal: 0, value: UInt(byteCount)))
        while true { pause() }
    }

    private static func send(_ message: Message) {
        var message = message
        _ = write(writeEnd.load(ordering: .relaxed), &message, MemoryLayout<Message>.size)
    }

    private static func take(_ number: Int32) {
        var old = sigaction(), new = sigaction()
        sigaction(number, nil, &old)
        // 1 is SIG_IGN, which Swift cannot compare.
        let ignored = unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1
        guard !ignored || number == SIGBUS else { return }
        new.sa_flags = SA_SIGINFO | SA_RESTART
        new.__sigaction_handler.sa_sigaction = { number, information, _ in
            let saved = errno
            let address = number == SIGBUS ? information.map { UInt(bitPattern: $0.pointee._sifields._sigfault.si_addr) } : 0
            SignalPipe.send(Message(signal: number, value: address ?? 0))
            errno = saved
            // Returning would fault again: the page is missing.
            while number == SIGBUS { pause() }
        }
        sigaction(number, &new, nil)
    }
}
