import Imaging

/// A detection from a source, before its number is mapped to a frame of the clip.
struct DetectionRow {
    /// Frame number in the source, relative to its first frame.
    var key: Int
    var box: Rectangle
    var shape = DetectedShape.box
    var label: String?
    var score: Double?
    var identity: TrackID?
}

/// Collects the detections of a source while it is read; becomes a `DetectionSet`, or masks of tracks.
struct DetectionTable {
    /// Upper bound above hours of crowded video, so that a small file cannot demand unlimited memory.
    static let maximumRows = 1 << 22
    /// Upper bound on the corners of all polygons, for the same reason.
    private static let maximumCorners = 1 << 26
    private static let maximumProblems = 1000

    let path: String
    let format: DetectionFormat
    let keepsGoing: Bool
    /// Size of the annotated images; nil if the source does not say.
    private(set) var size: PictureSize?
    /// True if frames were matched by the names of the clip's stills.
    var isPlaced = false
    /// True if frames are positions in the sorted names.
    var isInOrder = false
    /// The number of the clip's first frame in the source.
    var firstFrame = 0
    private(set) var rows: [DetectionRow] = []
    private(set) var ignored: [DetectionRow] = []
    /// Keys of examined frames; nil if the source does not say.
    private(set) var annotated: Set<Int>?
    /// Keys of frames in which an object is explicitly absent.
    private(set) var empty: [TrackID: Set<Int>] = [:]
    private(set) var problems: [MaskProblem] = []
    private var corners = 0

    init(path: String, format: DetectionFormat, keepsGoing: Bool) {
        (self.path, self.format, self.keepsGoing) = (path, format, keepsGoing)
    }

    /// - Throws: `MaskError` for a frame number out of range, an invalid box, or too many detections.
    mutating func add(_ row: DetectionRow, isIgnored: Bool = false) throws {
        try check(frame: row.key)
        let numbers = [row.box.left, row.box.top, row.box.width, row.box.height]
        guard numbers.allSatisfy({ abs($0) <= 1e9 }), row.box.width >= 0, row.box.height >= 0 else {
            throw InputError(found: "a box of \(row.box.width)x\(row.box.height)", expected: "0 or more pixels of a picture")
        }
        if case .region(.polygons(let parts)) = row.shape { corners += parts.reduce(0) { $0 + $1.count / 2 } }
        guard rows.count + ignored.count < Self.maximumRows, corners <= Self.maximumCorners else {
            throw unusable("more than \(Self.maximumRows) detections, or \(Self.maximumCorners) corners of polygons", "those of one clip")
        }
        if isIgnored { ignored.append(row) } else { rows.append(row) }
    }

    /// Records an examined frame in which an object is absent.
    mutating func addEmpty(_ identity: TrackID, key: Int) { empty[identity, default: []].insert(key) }

    /// Marks a frame as annotated.
    /// - Throws: `MaskError` for a frame number out of range.
    mutating func annotate(frame: Int) throws {
        try check(frame: frame)
        annotated = annotated ?? []
        annotated?.insert(frame)
    }

    /// Marks frames as annotated.
    /// - Throws: `MaskError` for frame numbers out of range.
    mutating func annotate(_ frames: StrideTo<Int>) throws {
        for (index, frame) in frames.enumerated() {
            guard index < Self.maximumRows else { throw unusable("more than \(index) frames", "those of one clip") }
            try annotate(frame: frame)
        }
    }

    private func check(frame: Int) throws {
        guard (0...FrameNames.largest - firstFrame).contains(frame) else {
            let (number, _) = frame.addingReportingOverflow(firstFrame)
            throw unusable("frame \(number)", "\(firstFrame) to \(FrameNames.largest)")
        }
    }

    /// Records the image size.
    /// - Throws: `MaskError` if it differs from an earlier one.
    mutating func take(size found: PictureSize) throws {
        guard (try? RunLengthEncoding.pixels(width: found.width, height: found.height)) != nil else {
            throw unusable("a picture of \(found)", "1 to \(RunLengthEncoding.maximumPixels) pixels")
        }
        if let size, size != found { throw unusable("pictures of \(size) and of \(found)", "one size") }
        size = found
    }

    /// Runs `body`; its error is reported for this place, or recorded as a problem with `keepsGoing`.
    mutating func attempt(_ place: @autoclosure () -> String, _ body: (inout DetectionTable) throws -> Void) throws {
        do {
            try body(&self)
        } catch let fault as JSONFault {  // the rest of the file cannot be parsed
            throw fault
        } catch {
            let error = error as? MaskError ?? MaskError(path: path, reason: .atPlace(place(), "\(error)"))
            guard keepsGoing else { throw error }
            problems.append(MaskProblem(.skipped, error.description))
            guard problems.count <= Self.maximumProblems else {
                throw unusable("more than \(Self.maximumProblems) detections that cannot be used", "a few at most")
            }
        }
    }

    /// Records skipped detections.
    mutating func leaveOut(_ message: String) {
        problems.append(MaskProblem(.skipped, "\(path): found \(message): left out"))
    }

    mutating func note(_ message: String) { problems.append(MaskProblem(.note, "\(path): \(message)")) }

    func unusable(_ found: String, _ expected: String) -> MaskError { MaskError(path: path, found: found, expected: expected) }
}
