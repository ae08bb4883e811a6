import Foundation
import FoundationNetworking
import Synchronization

/// Synchronous HTTP requests. Redirects are returned like other answers.
///
/// Tasks are never cancelled, because Foundation's session traps if a task is cancelled just as it ends; unwanted data is
/// dropped.
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
    /// - Parameter receive: called with each piece of the answer, on this thread; an error it throws ends the wait.
    /// - Throws: the session's errors, and those of `receive`.
    package func send(_ request: URLRequest, receive: (HTTPURLResponse, Data) throws -> Void) throws -> HTTPURLResponse {
        let task = session.dataTask(with: request), inbox = Inbox()
        router.add(inbox, for: task)
        defer { router.remove(task) }
        task.resume()
        var head: HTTPURLResponse?
        while true {
            switch inbox.next() {
            case .head(let response): head = response
            case .data(let data):
                guard let head else { throw URLError(.badServerResponse) }
                try receive(head, data)
            case .end(let error):
                if let error { throw error }
                guard let head else { throw URLError(.badServerResponse) }
                return head
            }
        }
    }
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

    func next() -> Part {
        count.wait()
        return parts.withLock { $0.removeFirst() }
    }
}

/// Delivers the session's callbacks for each task to the inbox of its waiting thread.
private final class Router: NSObject, URLSessionDataDelegate, Sendable {
    private let inboxes = Mutex<[Int: Inbox]>([:])

    func add(_ inbox: Inbox, for task: URLSessionTask) { inboxes.withLock { $0[task.taskIdentifier] = inbox } }

    func remove(_ task: URLSessionTask) { inboxes.withLock { $0[task.taskIdentifier] = nil } }

    private func inbox(_ task: URLSessionTask) -> Inbox? { inboxes.withLock { $0[task.taskIdentifier] } }

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
