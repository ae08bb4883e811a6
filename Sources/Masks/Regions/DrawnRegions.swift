import Imaging

/// Regions drawn by a user instead of mask files: each becomes a track, numbered from 1.
package struct DrawnRegions: MaskSource {
    package let path: String
    package let size: PictureSize
    package let annotatedFrames: [Int]
    package let tracks: [Track]
    private let masks: [TrackID: StoredMask]

    /// - Parameters:
    ///   - path: name of the source in errors, such as the clip's.
    ///   - size: frame size of the clip.
    /// - Throws: `MaskError` if a region has no pixel in the frame, or there are no regions; `InputError` for a negative frame.
    package init(_ regions: [Region], path: String, size: PictureSize) throws {
        self.path = path
        self.size = size
        var masks: [TrackID: StoredMask] = [:], tracks: [Track] = []
        for (index, region) in regions.enumerated() {
            guard region.frame >= 0 else { throw InputError(.usage, "frame \(region.frame): expected 0 or more") }
            let id = TrackID.number(index + 1)
            guard let mask = StoredMask(region.shape.mask(in: size)) else {
                throw MaskError(
                    path: path, found: "region \(index + 1) outside the picture", expected: "at least one pixel of \(size)")
            }
            masks[id] = mask
            tracks.append(
                Track(id: id, appearances: [Track.Appearance(frame: region.frame, box: mask.box, area: mask.area)]))
        }
        guard !tracks.isEmpty else { throw MaskError(path: path, reason: .emptyMasks) }
        self.masks = masks
        self.tracks = tracks
        annotatedFrames = Set(regions.map(\.frame)).sorted()
    }

    /// A region determines only its own track.
    package func annotatedFrames(of track: TrackID) -> [Int] { tracks.first { $0.id == track }?.visibleFrames ?? [] }

    package func file(of frame: Int) -> String { path }

    package func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard try self.track(track).appearance(at: frame) != nil, let mask = masks[track] else {
            throw MaskError(path: path, reason: .notVisible(track, frame: frame))
        }
        return mask.mask
    }
}

extension Region.Shape {
    /// The mask of the shape in a frame, empty if the shape lies outside.
    package func mask(in size: PictureSize) -> Mask {
        var pixels = [UInt8](repeating: 0, count: size.width * size.height)
        switch self {
        case .box(let box):
            let picture = BoundingBox(left: 0, top: 0, width: size.width, height: size.height)
            if box.width > 0, box.height > 0, let part = box.intersection(picture) {
                for y in part.top..<part.bottom {
                    for x in part.left..<part.right { pixels[y * size.width + x] = 1 }
                }
            }
        case .polygon(let points):
            for y in 0..<size.height {
                let crossings = crossings(of: points, at: Double(y) + 0.5).sorted()
                for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
                    let first = min(max((crossings[pair] - 0.5).rounded(.up), 0), Double(size.width))
                    let end = min(max((crossings[pair + 1] - 0.5).rounded(.up), 0), Double(size.width))
                    for x in Int(first)..<max(Int(first), Int(end)) { pixels[y * size.width + x] = 1 }
                }
            }
        }
        return Mask(width: size.width, height: size.height, pixels: pixels)
    }
}

/// Columns where the polygon's sides cross a horizontal line.
private func crossings(of points: [Region.Point], at y: Double) -> [Double] {
    var result: [Double] = []
    for (index, start) in points.enumerated() {
        let end = points[(index + 1) % points.count]
        guard (start.y <= y) != (end.y <= y) else { continue }
        result.append(start.x + (y - start.y) / (end.y - start.y) * (end.x - start.x))
    }
    return result.filter(\.isFinite)
}
