import Foundation
import Masks
import Synchronization

/// Work on a clip that a run finishes before it ends early, according to the events handled so far: captions being generated, and
/// the clip's files once every track is done.
package final class OpenWork: Sendable {
    private let state = Mutex(State())

    package init() {}

    private struct State {
        /// Captions being generated.
        var captions: Set<TrackPosition> = []
        /// Tracks of the current clip that are neither captioned nor reported as failed; nil between clips.
        var tracks: Set<TrackID>?

        var isEmpty: Bool { captions.isEmpty && tracks?.isEmpty != true }

        mutating func remove(_ track: TrackID) {
            captions = captions.filter { $0.id != track }
            tracks?.remove(track)
        }
    }

    /// Begins a clip.
    /// - Parameter tracks: those to caption.
    package func begin(_ tracks: Set<TrackID>) { state.withLock { $0 = State(tracks: tracks) } }

    /// Ends the clip: its files are written, or it failed.
    package func end() { state.withLock { $0 = State() } }

    package func update(_ event: CaptionEvent) {
        state.withLock { state in
            switch event {
            // The whole of a track with parts has no end event of its own.
            case .token(let position, _, _): if position.parts == 0 || position.part != nil { state.captions.insert(position) }
            case .progress(.captioned(let position), _, _): state.captions.remove(position)
            case .finished(let track): state.remove(track.id)
            case .failed(let problem): if let track = problem.track { state.remove(track) }
            case .began, .progress: break
            }
        }
    }

    package var isEmpty: Bool { state.withLock { $0.isEmpty } }

    /// Waits until there is none.
    func wait(until deadline: ContinuousClock.Instant) {
        while ContinuousClock.now < deadline, !isEmpty { Thread.sleep(forTimeInterval: 0.01) }
    }
}
