import Foundation

/// Choices of the work beside a Frigate.
package struct SidecarSettings: Sendable {
    /// Labels of events that are described; empty for all.
    package var labels: [String] = []
    /// Cameras whose events are described; empty for all.
    package var cameras: [String] = []
    /// Seconds between events of the same camera, label and place from which on both are described.
    package var gap = 60.0
    /// Time before which events are passed over, in seconds since 1970; nil to take all that Frigate still has.
    package var since: Double?
    /// Seconds from one listing to the next.
    package var interval = 15.0
    /// True to end when all events are described.
    package var isOnce = false
    /// True if events of things that stay are described as well.
    package var takesStationary = false
    /// True if descriptions that are there are replaced.
    package var replaces = false
    /// Bytes of a clip at most.
    package var largestClip = 512 << 20
    /// Seconds without a sign of Frigate.
    package var timeout = 60.0
    /// Path of the database of events that were seen.
    package var state: String

    package init(state: String) { self.state = state }

    /// Usual place of the database: in the folder for state of the XDG base directories.
    package static func usualState(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        let own = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (own ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.local/state") + "/damvideo/frigate.sqlite"
    }
}

/// Clock and waiting of the sidecar.
package struct SidecarClock: Sendable {
    /// Seconds since 1970.
    let now: @Sendable () -> Double
    /// Waits for some seconds, or until the sidecar is stopped; nil for the real thing.
    let pause: (@Sendable (Double) -> Void)?

    package init(now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }, pause: (@Sendable (Double) -> Void)? = nil) {
        (self.now, self.pause) = (now, pause)
    }
}
