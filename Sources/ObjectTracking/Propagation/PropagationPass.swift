import Imaging
import Masks
import Parallelism

/// One way through the clip, forwards or backwards: holds a window of frames, the tracks as they are now, and hands out
/// each frame's masks.
final class PropagationPass {
    private let frames: any WorkingFrames
    private let size: WorkingSize
    private let annotations: AnnotationReader
    private let overlapping: Set<TrackPair>
    private let cameraIsStill: Bool
    private var window: FrameWindow
    private let background: BackgroundModel
    private var tracks: [TrackState] = []
    /// Called with each track that begins, or begins again, with a given mask, and the tracks as they were carried to that frame.
    var onBegin: ((TrackID, Plane<Float>, [TrackState]) -> Void)?

    /// - Parameter cameraIsStill: true if that is known, and need not be looked for, as for found objects: their tracklets are whole
    ///   masks close by, which grow, separate and are learnt anew by their detection instead.
    init(
        _ frames: any WorkingFrames, size: WorkingSize, annotations: AnnotationReader, overlapping: Set<TrackPair>,
        cameraIsStill: Bool = false
    ) {
        self.cameraIsStill = cameraIsStill
        window = FrameWindow(reach: BackgroundConstants.reach, cameraIsStill: cameraIsStill)
        self.frames = frames
        self.size = size
        self.annotations = annotations
        self.overlapping = overlapping
        background = BackgroundModel(width: size.width, height: size.height)
    }

    /// - Parameter onFrame: called for each frame from the first annotated one on; those before it only help to know the
    ///   background.
    func run(onFrame: (Int, [TrackState]) throws -> Void) throws {
        var position = 0, hasEnded = false
        var previous: FrameFeatures?, isUnderway = false
        while true {
            while !hasEnded, !window.positions.contains(position + window.reach) {
                if let frame = try frames.next() { window.append(frame, current: position) } else { hasEnded = true }
            }
            guard window.positions.contains(position) else { return }
            let frame = window[position]
            isUnderway = isUnderway || annotations.allFrames.contains(frame.index)
            if isUnderway {
                let current = FrameFeatures(frame)
                let isGiven = tracks.map { annotations.isAnnotated($0.id, at: frame.index) }
                let given = tracks.indices.filter { isGiven[$0] }.map { tracks[$0] }
                tracks = tracks.indices.filter { !isGiven[$0] }.map { tracks[$0] }
                if let previous { advance(from: previous, to: current, position: position) }
                tracks += given
                if annotations.allFrames.contains(frame.index) { try annotate(current, position) }
                window.occupy(position, by: tracks)
                try onFrame(frame.index, tracks)
                previous = current
            }
            position += 1
        }
    }

    /// Given masks replace the propagated ones of their tracks, and take their pixels from the others. A track that is
    /// annotated here without a mask is not here.
    private func annotate(_ features: FrameFeatures, _ position: Int) throws {
        let frame = features.frame.index
        let given = try annotations.regions(at: frame, size: size), sorted = given.sorted { $0.key < $1.key }
        if let onBegin {
            for (id, region) in sorted
            where !tracks.contains(where: { $0.id == id && $0.status == .visible }) {
                onBegin(id, region, tracks.filter { $0.status == .visible && given[$0.id] == nil })
            }
        }
        for index in tracks.indices where given[tracks[index].id] == nil {
            if annotations.isAnnotated(tracks[index].id, at: frame) {
                tracks[index].vanish(.ended)
            } else {
                for (id, region) in given where !overlapping.contains(TrackPair(tracks[index].id, id)) {
                    tracks[index].yield(to: region)
                }
            }
        }
        let cells = colourCells
        let next = window.positions.contains(position + 1) ? window[position + 1].index : nil
        let latest = Parallel.map(sorted.count) { index in
            let (id, region) = sorted[index]
            let isCarried = next.map { !annotations.isAnnotated(id, at: $0) } ?? false
            return TrackState(id: id, region: region, features: features, cells: cells, isCarried: isCarried)
        }
        for state in latest {
            if let index = tracks.firstIndex(where: { $0.id == state.id }) {
                tracks[index].annotate(state)
            } else {
                tracks.append(state)
                window.forgetOccupancy()
            }
        }
        tracks.sort { $0.id < $1.id }  // ties between tracks go to the first
    }

    /// Divisor of a track's longer side that gives the margin of its search.
    private var searchPart: Int { cameraIsStill ? StepConstants.stillSearchPart : StepConstants.searchPart }

    /// Cells of colours by place around the current frame. Tracklets of found objects are carried over few frames, from whole masks.
    private var colourCells: Float {
        window.isStill && !cameraIsStill ? LocalColourConstants.stillCells : LocalColourConstants.cells
    }

    private func advance(from previous: FrameFeatures, to current: FrameFeatures, position: Int) {
        guard tracks.contains(where: { $0.status != .ended }) else { return }
        let camera = window.motion(from: position - 1, to: position)
        let expected = tracks.map { $0.expectedBox(camera, part: searchPart, within: current.box) }
        let forward = ForwardMotion(from: previous.pyramid, to: current.pyramid, in: flowArea(expected))
        for index in tracks.indices where tracks[index].status == .lost { tracks[index].expect(camera) }
        let boxes = tracks.map { $0.searchBox(forward, part: searchPart, within: current.box) }
        for index in tracks.indices where tracks[index].status == .visible && boxes[index] == nil {
            tracks[index].vanish(.lost)
            tracks[index].expect(camera)
        }
        let motion = FrameMotion(forward, from: previous.pyramid, to: current.pyramid, in: flowArea(boxes))
        let layers = MotionLayers(motion: motion, camera: camera)
        let step = FrameStep(
            previous: previous, current: current, layers: layers, joinsByMotion: !cameraIsStill, camera: camera,
            background: background, cells: colourCells, overlapping: overlapping)
        prepareBackground(boxes, current, position)
        step.advance(&tracks, boxes: boxes)
        let searched = tracks.map { Reacquisition.searchBox($0, within: current.box) }
        prepareBackground(searched, current, position)
        let search = Reacquisition(
            current: current, background: background, layers: window.isStill ? nil : layers,
            cells: cameraIsStill ? nil : colourCells)
        for index in tracks.indices {
            guard let box = searched[index] else { continue }
            let others = tracks.indices.filter { $0 != index && tracks[$0].status == .visible }
            tracks[index] = search.attempt(tracks[index], in: box, taken: others.map { tracks[$0].probability })
        }
    }

    /// The area of a frame in which flow is wanted if tracks are in some boxes. While the camera moves, flow from far away
    /// helps, and all of the picture is wanted.
    private func flowArea(_ boxes: [BoundingBox?]) -> FlowArea {
        let boxes = boxes.compactMap(\.self)
        return boxes.isEmpty || window.isStill ? FlowArea(boxes) : .whole
    }

    private func prepareBackground(_ boxes: [BoundingBox?], _ current: FrameFeatures, _ position: Int) {
        background.prepare(boxes.compactMap(\.self), window: window, position: position)
    }
}
