import Metrics

/// Metrics of a server.
struct ServerMetrics: Sendable {
    enum Stage: String {
        /// Images are decoded and regions found.
        case preparing
        /// In the engine's queue.
        case waiting
        /// Frames are encoded.
        case encoding
        /// The language model prefills the prompt.
        case reading
        /// Tokens are generated.
        case writing
    }

    let factory: PrometheusMetrics

    /// - Parameter factory: collects the program's other metrics too.
    init(_ factory: PrometheusMetrics = PrometheusMetrics()) { self.factory = factory }

    func answered(status: Int, after time: Duration) {
        Counter(label: "damvideo_requests_total", dimensions: [("status", "\(status)")], factory: factory).increment()
        Timer(label: "damvideo_request_seconds", dimensions: [], factory: factory).record(duration: time)
    }

    func spent(_ time: Duration, on stage: Stage) {
        Timer(label: "damvideo_stage_seconds", dimensions: [("stage", stage.rawValue)], factory: factory).record(duration: time)
    }

    func generated(tokens: Int, of prompt: Int) {
        Counter(label: "damvideo_tokens_total", dimensions: [("kind", "completion")], factory: factory).increment(by: tokens)
        Counter(label: "damvideo_tokens_total", dimensions: [("kind", "prompt")], factory: factory).increment(by: prompt)
    }

    func waiting(_ count: Int) { Meter(label: "damvideo_queue_depth", dimensions: [], factory: factory).set(count) }

    /// All values as text for Prometheus.
    var text: String { factory.text() }
}
