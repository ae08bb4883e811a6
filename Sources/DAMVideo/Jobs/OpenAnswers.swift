import Foundation
import Synchronization

/// Captions being generated, according to the events handled so far.
final class OpenAnswers: Sendable {
    private let positions = Mutex<Set<TrackPosition>>([])

    func update(_ event: CaptionEvent) {
        positions.withLock { positions in
            switch event {
            case .began: positions = []
            // The whole of a track with parts has no end event of its own.
            case .token(let position, _, _): if position.parts == 0 || position.part != nil { positions.insert(position) }
            case .progress(.captioned(let position), _, _): positions.remove(position)
            case .finished(let track): positions = positions.filter { $0.id != track.id }
            case .failed(let problem): positions = positions.filter { $0.id != problem.track }
            case .progress: break
            }
        }
    }

    /// Waits until there are none.
    func wait(until deadline: ContinuousClock.Instant) {
        while ContinuousClock.now < deadline, positions.withLock({ !$0.isEmpty }) { Thread.sleep(forTimeInterval: 0.01) }
    }
}
