import Foundation
import FoundationNetworking
import Synchronization

/// Synchronous HTTP requests. Redirects are returned like other answers.
///
/// Tasks are never cancelled, because Foundation's session traps if a task is cancelled just as it ends. A task that is given up is
/// suspended, which stops its transfer, and retained.
package final class WebClient: Sendable {
    private let session: URLSession
    private let router = Router()

    /// - Parameter timeout: seconds without data from the server.
    package init(timeout: Double, connections: Int) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = timeout
        configuration.timeoutIntervalForResource = .infinity
        configuration.httpMaximumConnectionsPerHost = connections
        // Callers that log in keep their cookies themselves.
        configuration.httpShouldSetCookies = false
        configuration.httpCookieAcceptPolicy = .never
        session = URLSession(configuration: configuration, delegate: router, delegateQueue: nil)
    }

    /// Sends a request and waits for the complete answer.
    /// - Parameters:
    ///   - seconds: time limit for the complete answer; nil for none.
    ///   - receive: called with each piece of the answer, on this thread; an error it throws ends the wait.
    /// - Throws: the session's errors, including `URLError.timedOut` and `.cancelled`, and those of `receive`.
    package func send(
        _ request: URLRequest, within seconds: Double? = nil, receive: (HTTPURLResponse, Data) throws -> Void
    ) throws -> HTTPURLResponse {
        let task = session.dataTask(with: request), inbox = Inbox()
        guard router.add(inbox, for: task) else { throw URLError(.cancelled) }
        var isOver = false
        defer { router.remove(task, isOver: isOver) }
        task.resume()
        let end = seconds.map { DispatchTime.now() + $0 } ?? .distantFuture
        var head: HTTPURLResponse?
        while true {
            guard let part = inbox.next(until: end) else { throw URLError(.timedOut) }
            switch part {
            case .head(let response): head = response
            case .data(let data):
                guard let head else { throw URLError(.badServerResponse) }
                try receive(head, data)
            case .end(let error):
                isOver = true
                if let error { throw error }
                guard let head else { throw URLError(.badServerResponse) }
                return head
            }
        }
    }

    /// Ends all waits with `URLError.cancelled`; the client cannot be used afterwards.
    package func cancel() { router.cancel() }
}

/// Parts of an answer in order of arrival, for the waiting thread.
private final class Inbox: Sendable {
    enum Part: Sendable {
        case head(HTTPURLResponse)
        case data(Data)
        case end((any Error)?)
    }

    private let count = DispatchSemaphore(value: 0)
    private let parts = Mutex<[Part]>([])

    func add(_ part: Part) {
        parts.withLock { $0.append(part) }
        count.signal()
    }

    /// The next part; nil if none arrives by `end`.
    func next(until end: DispatchTime) -> Part? {
        guard count.wait(timeout: end) == .success else { return nil }
        return parts.withLock { $0.removeFirst() }
    }
}

/// Delivers the session's callbacks for each task to the inbox of its waiting thread.
private final class Router: NSObject, URLSessionDataDelegate, Sendable {
    private struct State {
        var inboxes: [Int: Inbox] = [:]
        var isCancelled = false
        /// Tasks given up before their end; the session uses them until then.
        var left: [URLSessionTask] = []
    }

    private let state = Mutex(State())

    /// - Returns: false after `cancel`.
    func add(_ inbox: Inbox, for task: URLSessionTask) -> Bool {
        state.withLock { state in
            if !state.isCancelled { state.inboxes[task.taskIdentifier] = inbox }
            return !state.isCancelled
        }
    }

    /// - Parameter isOver: false for a task that may still receive data.
    func remove(_ task: URLSessionTask, isOver: Bool) {
        let isLeft = state.withLock { state in
            state.inboxes[task.taskIdentifier] = nil
            if !isOver { state.left.append(task) }
            return !isOver && !state.isCancelled
        }
        if isLeft { task.suspend() }
    }

    func cancel() {
        let waiting = state.withLock { state in
            state.isCancelled = true
            return Array(state.inboxes.values)
        }
        for inbox in waiting { inbox.add(.end(URLError(.cancelled))) }
    }

    private func inbox(_ task: URLSessionTask) -> Inbox? { state.withLock { $0.inboxes[task.taskIdentifier] } }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        if let response = response as? HTTPURLResponse { inbox(dataTask)?.add(.head(response)) }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        inbox(dataTask)?.add(.data(data))
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        inbox(task)?.add(.end(error))
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        inbox(task)?.add(.head(response))
        completionHandler(nil)
    }
}
