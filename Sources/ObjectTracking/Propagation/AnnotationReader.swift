import Imaging
import Masks

/// Reads given masks for propagation: at the working size, on the annotated frames, which differ between tracks.
struct AnnotationReader {
    let source: any MaskSource
    /// By track, the selected annotated frames, a subset of the source's.
    let frames: [TrackID: Set<Int>]
    /// Annotated frames of any track.
    let allFrames: Set<Int>

    /// - Parameter counts: true for a frame whose masks are to be used.
    init(_ source: any MaskSource, where counts: (Int) -> Bool) {
        self.source = source
        frames = Dictionary(uniqueKeysWithValues: source.tracks.map {
            ($0.id, Set(source.annotatedFrames(of: $0.id).filter(counts)))
        })
        allFrames = frames.values.reduce(into: []) { $0.formUnion($1) }
    }

    /// Restricted to a part of the clip.
    func within(_ part: Range<Int>) -> AnnotationReader {
        AnnotationReader(source) { allFrames.contains($0) && part.contains($0) }
    }

    /// The frame at which backward propagation starts: the last annotated one that has an earlier frame without annotation in
    /// `part`; nil if there is none.
    func startOfWayBack(in part: Range<Int>) -> Int? {
        frames.values.compactMap { frames in
            frames.max().flatMap { frames.count <= $0 - part.lowerBound ? $0 : nil }
        }.max()
    }

    func isAnnotated(_ track: TrackID, at frame: Int) -> Bool { frames[track]?.contains(frame) ?? false }

    /// The tracks with a mask in a frame.
    func tracks(at frame: Int) -> [Track] {
        source.tracks.filter { isAnnotated($0.id, at: frame) && $0.appearance(at: frame) != nil }
    }

    /// The nonempty masks in a frame.
    func masks(at frame: Int) throws -> [TrackID: StoredMask] {
        guard allFrames.contains(frame) else { return [:] }
        return try Dictionary(uniqueKeysWithValues: tracks(at: frame).compactMap { track in
            try source.storedMask(of: track.id, at: frame).map { (track.id, $0) }
        })
    }

    /// The fraction of each working pixel inside each track's mask, without masks that vanish at that size.
    func regions(at frame: Int, size: WorkingSize) throws -> [TrackID: Plane<Float>] {
        try masks(at: frame).compactMapValues {
            let region = reduced($0, size)
            return region.bounds(above: 0.5) == nil ? nil : region
        }
    }

    /// Pairs of tracks whose masks overlap in an annotated frame. Masks are read only on frames where their boxes overlap.
    func overlappingTracks() throws -> Set<TrackPair> {
        var result: Set<TrackPair> = []
        for frame in allFrames.sorted() {
            let visible = tracks(at: frame)
            for (index, first) in visible.enumerated() {
                for second in visible[(index + 1)...] where !result.contains(TrackPair(first.id, second.id)) {
                    guard let one = first.appearance(at: frame)?.box, let other = second.appearance(at: frame)?.box,
                        one.intersection(other) != nil
                    else { continue }
                    let left = try source.storedMask(of: first.id, at: frame)
                    let right = try source.storedMask(of: second.id, at: frame)
                    if let left, let right, left.commonPixels(with: right) > 0 {
                        result.insert(TrackPair(first.id, second.id))
                    }
                }
            }
        }
        return result
    }
}

/// The fraction of each working pixel's block inside a mask, 0...1, within the mask's box.
func reduced(_ mask: StoredMask, _ size: WorkingSize) -> Plane<Float> {
    let factor = size.factor, box = mask.box
    let left = box.left / factor, top = box.top / factor
    let right = (box.right - 1) / factor, bottom = (box.bottom - 1) / factor
    let region = MutablePlane<Float>(
        BoundingBox(left: left, top: top, width: right - left + 1, height: bottom - top + 1), repeating: 0)
    for span in mask.spans {
        let row = span.lowerBound / mask.width, start = row * mask.width
        for place in span { region[(place - start) / factor, row / factor] += 1 }
    }
    guard factor > 1 else { return region.finished() }
    region.box.forEachPixel { x, y in
        // Blocks at the edge may be smaller.
        let lines = min(mask.height - y * factor, factor), places = min(mask.width - x * factor, factor)
        region[x, y] /= Float(lines * places)
    }
    return region.finished()
}

/// The pixels of the clip, at full size, with a probability above 0.5; nil if there are none.
func enlarged(_ chance: Plane<Float>, _ size: WorkingSize) -> StoredMask? {
    let factor = size.factor, full = size.full
    let lines = max(0, (chance.box.top - 1) * factor)..<min(full.height, (chance.box.bottom + 1) * factor)
    let places = max(0, (chance.box.left - 1) * factor)..<min(full.width, (chance.box.right + 1) * factor)
    var spans: [Range<Int>] = []
    for y in lines {
        var start: Int?
        for x in places {
            let value = factor == 1
                ? chance.value(x, y)
                : chance.sample((Float(x) + 0.5) / Float(factor) - 0.5, (Float(y) + 0.5) / Float(factor) - 0.5)
            if value > 0.5 {
                if start == nil { start = x }
            } else if let first = start {
                spans.append(y * full.width + first..<y * full.width + x)
                start = nil
            }
        }
        if let start { spans.append(y * full.width + start..<y * full.width + places.upperBound) }
    }
    return StoredMask(size: full, spans: spans)
}
