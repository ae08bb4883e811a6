import Foundation
import Metrics
import Synchronization

/// Metrics in Prometheus's text format (exposition format 0.0.4).
final class PrometheusMetrics: MetricsFactory {
    private struct Name: Hashable {
        let label: String
        /// Label names and values, in order.
        let dimensions: [String]
    }

    private struct Family {
        let type: String
        var values: [Name: PrometheusValue] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    init() {}

    private func value(_ label: String, _ dimensions: [(String, String)], type: String) -> PrometheusValue {
        let label = Self.name(label), name = Name(label: label, dimensions: dimensions.flatMap { [Self.name($0.0), $0.1] })
        return families.withLock { families in
            // Metrics of the same name must have one type, so the existing value is shared.
            if let value = families[label]?.values[name] { return value }
            let value = PrometheusValue()
            families[label, default: Family(type: type)].values[name] = value
            return value
        }
    }

    /// All values, sorted by name.
    func text() -> String {
        let families = families.withLock { $0.sorted { $0.key < $1.key } }
        return families.map { label, family in
            let lines = family.values.map { name, value in value.lines(label, Self.labels(name.dimensions), type: family.type) }
            return "# TYPE \(label) \(family.type)\n" + lines.sorted().joined()
        }.joined()
    }

    private static func labels(_ dimensions: [String]) -> String {
        guard !dimensions.isEmpty else { return "" }
        let pairs = stride(from: 0, to: dimensions.count, by: 2).map { index in
            let value = dimensions[index + 1].replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(dimensions[index])=\"\(value)\""
        }
        return "{\(pairs.joined(separator: ","))}"
    }

    /// A name with characters other than letters, digits and underscores replaced.
    private static func name(_ text: String) -> String {
        String(text.map { ($0.isLetter || $0.isNumber) && $0.isASCII || $0 == "_" || $0 == ":" ? $0 : "_" })
    }

    // MARK: MetricsFactory

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { value(label, dimensions, type: "counter") }
    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        value(label, dimensions, type: "counter")
    }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { value(label, dimensions, type: "gauge") }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { value(label, dimensions, type: "summary") }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        value(label, dimensions, type: aggregate ? "summary" : "gauge")
    }

    // Values stay: a counter that restarts at 0 would look like a restart of the server.
    func destroyCounter(_: any CounterHandler) {}
    func destroyFloatingPointCounter(_: any FloatingPointCounterHandler) {}
    func destroyMeter(_: any MeterHandler) {}
    func destroyRecorder(_: any RecorderHandler) {}
    func destroyTimer(_: any TimerHandler) {}
}

/// One value with its labels: a sum and, for summaries, a count.
final class PrometheusValue: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let state = Mutex<(value: Double, count: Int)>((0, 0))

    private func change(_ change: (inout Double) -> Void) {
        state.withLock {
            change(&$0.value)
            $0.count += 1
        }
    }

    func increment(by amount: Int64) { change { $0 += Double(amount) } }
    func increment(by amount: Double) { change { $0 += amount } }
    func decrement(by amount: Double) { change { $0 -= amount } }
    func set(_ value: Int64) { change { $0 = Double(value) } }
    func set(_ value: Double) { change { $0 = value } }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { change { $0 += value } }
    /// Records seconds, Prometheus's unit of time.
    func recordNanoseconds(_ duration: Int64) { change { $0 += Double(duration) / 1e9 } }
    func reset() { state.withLock { $0 = (0, 0) } }

    fileprivate func lines(_ label: String, _ labels: String, type: String) -> String {
        let (value, count) = state.withLock { $0 }
        guard type == "summary" else { return "\(label)\(labels) \(Self.text(value))\n" }
        return "\(label)_sum\(labels) \(Self.text(value))\n\(label)_count\(labels) \(count)\n"
    }

    private static func text(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
