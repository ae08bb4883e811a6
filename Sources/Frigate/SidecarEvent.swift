import DAMVideo

/// An event of the Frigate sidecar.
package enum SidecarEvent: Sendable {
    /// New events were listed.
    case listed(new: Int, waiting: Int)
    /// Frigate is unreachable; it is tried again after some seconds.
    case away(String, seconds: Double)
    /// Frigate answers again.
    case back
    /// An event's clip is being fetched.
    case begun(FrigateEvent)
    /// A step of captioning its object.
    case progress(CaptionEvent)
    /// Its description was sent.
    case described(FrigateEvent, EventDescription, seconds: Double)
    /// An event will not be described.
    case skipped(id: String, camera: String, label: String, reason: String)
    /// An event will be tried again after some seconds.
    case delayed(id: String, camera: String, label: String, reason: String, seconds: Double)
    /// An event cannot be described.
    case failed(id: String, camera: String, label: String, reason: String)
}

/// Number of events by outcome.
package struct SidecarTally: Sendable, Equatable {
    package var described = 0
    package var skipped = 0
    package var failed = 0

    package init(described: Int = 0, skipped: Int = 0, failed: Int = 0) {
        (self.described, self.skipped, self.failed) = (described, skipped, failed)
    }
}
