import Foundation

/// Settings of the Frigate sidecar.
package struct SidecarSettings: Sendable {
    /// Labels of events to describe; empty for all.
    package var labels: [String] = []
    /// Cameras whose events to describe; empty for all.
    package var cameras: [String] = []
    /// Seconds between events of the same camera, label and place for both to be described.
    package var gap = 60.0
    /// Events before this time, in seconds since 1970, are skipped; nil to describe all that Frigate has.
    package var since: Double?
    /// Seconds between listings.
    package var interval = 15.0
    /// True to end when all events are described.
    package var isOnce = false
    /// True to describe events of stationary objects as well.
    package var takesStationary = false
    /// True to replace existing descriptions.
    package var replaces = false
    /// Upper bound on a clip's bytes.
    package var largestClip = 512 << 20
    /// Seconds without data from Frigate.
    package var timeout = 60.0
    /// Path of the database of known events.
    package var state: String

    package init(state: String) { self.state = state }

    /// Default path of the database: in the XDG state folder.
    package static func usualState(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        let own = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (own ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.local/state") + "/damvideo/frigate.sqlite"
    }
}

/// Clock of the sidecar, replaceable in tests.
package struct SidecarClock: Sendable {
    /// Seconds since 1970.
    let now: @Sendable () -> Double
    /// Waits for some seconds, or until the sidecar is stopped; nil to wait in real time.
    let pause: (@Sendable (Double) -> Void)?

    package init(now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }, pause: (@Sendable (Double) -> Void)? = nil) {
        (self.now, self.pause) = (now, pause)
    }
}
