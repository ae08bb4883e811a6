import Imaging

/// CVAT's XML 1.1: for video, `track` with shapes that begin with a keyframe; for images, `image` with shapes. Frame numbers are
/// those of the video, from 0, whichever part of it the task covers. Shapes missing between keyframes are interpolated, and a
/// shape not ended by `outside="1"` lasts to the task's last frame, as in CVAT itself.
///
/// Source: CVAT, `cvat/apps/dataset_manager/formats/cvat.py` and `annotation.py`.
enum CVATDetections {
    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, clip: ClipFacts, keepsGoing: Bool) throws -> DetectionTable {
        var reader = CVATReader(DetectionTable(path: document.path, format: .cvat, keepsGoing: keepsGoing), clip: clip)
        do {
            try XMLReader.read(document.bytes) { event in
                switch event {
                case .start(let element): try reader.start(element)
                case .end(let element, let text): try reader.end(element, text: text)
                }
            }
            return try reader.finish()
        } catch let error as InputError {
            throw MaskError(path: document.path, found: error.found ?? error.description, expected: error.expected ?? "CVAT's XML")
        }
    }
}

private struct CVATReader {
    private struct Picture {
        let id: Int?
        let name: String
        var shapes: [(shape: CVATShape, label: String?, identity: TrackID?)] = []
    }

    private var table: DetectionTable
    private let clip: ClipFacts
    private var tasks: [CVATTask] = []
    private var current = CVATTask()
    /// The clip's task, known from the first track or image on.
    private var task: CVATTask?
    private var track: CVATTrack?
    private var pictures: [Picture] = []
    private var passedOver = 0
    private var carried = 0

    init(_ table: DetectionTable, clip: ClipFacts) { (self.table, self.clip) = (table, clip) }

    mutating func start(_ element: XMLReader.Element) throws {
        switch (element.path.count, element.path.last, element.name) {
        case (0, _, let name):
            guard name == "annotations" else { throw InputError(found: "XML of <\(name.prefix(32))>", expected: "CVAT's <annotations>") }
        case (_, _, "task"), (_, _, "job"): current = CVATTask()
        case (1, _, "track"):
            let task = try chosenTask()
            let number = try element.whole("id")
            track = CVATTrack(
                id: .number(number ?? element.line), label: element.attributes["label"],
                isOfClip: try element.whole("task_id").map { $0 == task.id } ?? true, line: element.line)
        case (1, _, "image"):
            _ = try chosenTask()
            if let width = try element.whole("width"), let height = try element.whole("height") {
                try table.take(size: PictureSize(width: width, height: height))
            }
            pictures.append(Picture(id: try element.whole("id"), name: element.attributes["name"] ?? ""))
        case (2, "track", _), (2, "image", _):
            if CVATShape.passedOver.contains(element.name) { passedOver += 1 }
            do {
                try take(element)
            } catch {
                // The table throws the error, or records it as a problem.
                try table.attempt("line \(element.line)") { _ in throw error }
            }
        default: break
        }
    }

    mutating func end(_ element: XMLReader.Element, text: String) throws {
        if element.path.contains("meta"), let parent = element.path.last {
            current.take(element.name, in: parent, text)
            if element.name == "task" || element.name == "job" { tasks.append(current) }
        } else if element.name == "attribute", element.path.count == 3, element.path[1] == "image",
            element.attributes["name"] == "track_id", let last = pictures.last?.shapes.indices.last
        {
            pictures[pictures.count - 1].shapes[last].identity = Int(text).map(TrackID.number) ?? .name(text)
        } else if element.name == "track", element.path.count == 1, let track {
            self.track = nil
            guard track.isOfClip else { return }
            let task = task
            var isCarried = false
            try table.attempt("line \(track.line), track \(track.id)") { table in isCarried = try track.add(to: &table, task: task) }
            if isCarried { carried += 1 }
        }
    }

    /// - Throws: `MaskError` if the file has several tasks, none of them named like the clip.
    private mutating func chosenTask() throws -> CVATTask {
        if let task { return task }
        var found = tasks.count > 1
            ? tasks[try VideoChoice(names: tasks.map(\.names)).index(clip: clip.name, path: table.path)] : tasks.first ?? current
        // Some versions write the size outside the task.
        if found.size == nil { (found.width, found.height) = (current.width, current.height) }
        if let size = found.size { try table.take(size: size) }
        task = found
        return found
    }

    private mutating func take(_ element: XMLReader.Element) throws {
        guard track?.isOfClip ?? true, let shape = try CVATShape(element, size: table.size ?? clip.size) else { return }
        if track == nil {
            pictures[pictures.count - 1].shapes.append((shape, element.attributes["label"], nil))
            return
        }
        guard let frame = try element.whole("frame") else { throw InputError(found: "a \(element.name) without frame", expected: "one") }
        track?.shapes.append((frame, element.attributes["outside"] == "1", shape))
    }

    /// - Throws: `MaskError` for a file without annotations, and images without frame numbers.
    mutating func finish() throws -> DetectionTable {
        try addPictures()
        if let frames = task?.frames, pictures.isEmpty { try table.annotate(frames) }
        if carried > 0 {
            table.note("\(carried == 1 ? "1 track has" : "\(carried) tracks have") no end: carried to the task's last frame, as CVAT does")
        }
        if passedOver > 0 { table.note("\(passedOver) points, lines, skeletons and tags are ignored") }
        return table
    }

    private mutating func addPictures() throws {
        guard !pictures.isEmpty else { return }
        var keys = pictures.map(\.id)
        if let named = try? FrameNames(pictures.map(\.name), stills: clip.frameOfStill), named.arePlaced || keys.contains(nil) {
            (keys, table.isPlaced, table.isInOrder) = (named.frames, named.arePlaced, named.areInOrder)
            if let note = named.note { table.note(note) }
        }
        for (picture, key) in zip(pictures, keys) {
            guard let key else { throw table.unusable("an image without id or number in its name", "a frame number") }
            try table.annotate(frame: key)
            for (shape, label, identity) in picture.shapes {
                try table.attempt("image \(key)") { table in
                    let (outline, box) = try shape.placed()
                    try table.add(DetectionRow(key: key, box: box, shape: outline, label: label, identity: identity))
                }
            }
        }
    }
}
