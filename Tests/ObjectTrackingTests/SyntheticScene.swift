import Foundation
import Imaging
import Masks
import TestSupport

/// A textured ellipse before a textured background, drawn from formulas: every mask is exact, every run the same.
struct SyntheticScene {
    struct Pose {
        /// Middle of the object in world coordinates, and its size relative to 1.
        var x: Double
        var y: Double
        var scale = 1.0
    }

    var width = 240
    var height = 176
    var frames = 24
    /// Left top corner of the picture in the world, and magnification.
    var camera: (Int) -> (x: Double, y: Double, scale: Double) = { _ in (0, 0, 1) }
    var object: (Int) -> Pose
    var radius = (x: 22.0, y: 30.0)
    /// World columns of an upright bar in front of the object.
    var bar: ClosedRange<Double>?
    /// Picture columns of a post that passes in front of everything in a frame; nil for none.
    var post: (Int) -> ClosedRange<Double>? = { _ in nil }
    /// True if the object's right half is of other colours than its left one.
    var hasOtherSide = false
    /// Distance to the right of the object, in its own pixels, at which another one of other colours goes along.
    var companion: Double?
    /// Another ellipse of other colours that belongs to the object.
    var partner: ((Int) -> Pose)?
    /// Changes the colour of a pixel of a frame: noise, light, rain.
    var weather: (_ frame: Int, _ column: Int, _ row: Int, _ colour: SIMD3<Double>) -> SIMD3<Double> = { _, _, _, colour in colour }
    /// How far the object's rows lean to one side and the other, in pixels, when it bends.
    var bend: (Int) -> Double = { _ in 0 }

    private let background = ValueNoise(seed: 1), texture = ValueNoise(seed: 2), grain = ValueNoise(seed: 3)

    init(object: @escaping (Int) -> Pose) {
        self.object = object
    }

    /// The picture's colour and whether the object is seen, at a pixel of a frame.
    private func look(_ frame: Int, _ column: Int, _ row: Int) -> (colour: SIMD3<Double>, inside: Bool) {
        let view = camera(frame), pose = object(frame)
        let x = view.x + Double(column) / view.scale, y = view.y + Double(row) / view.scale
        if let post = post(frame), post.contains(Double(column)) {
            let value = grain.at((Double(column) - post.lowerBound) / 4 + 200, Double(row) / 9)
            return (SIMD3(120, 60, 60) + value * SIMD3(40, 40, 40), false)
        }
        if let bar, bar.contains(x) { return (SIMD3(60, 90, 70) + 60 * grain.at(x / 4, y / 4) * SIMD3(1, 1, 1), false) }
        let v = (y - pose.y) / pose.scale
        let u = (x - pose.x) / pose.scale - bend(frame) * sin(2 * v / radius.y)
        if u * u / (radius.x * radius.x) + v * v / (radius.y * radius.y) < 1 {
            let value = texture.at(u / 7 + 50, v / 7 + 50)
            if hasOtherSide, u > 0 { return (SIMD3(50, 60, 130) + value * SIMD3(50, 90, 110), true) }
            return (SIMD3(150, 60, 50) + value * SIMD3(90, 110, 30), true)
        }
        if let partner = partner?(frame) {
            let u = (x - partner.x) / partner.scale, v = (y - partner.y) / partner.scale
            if u * u / (radius.x * radius.x) + v * v / (radius.y * radius.y) < 1 {
                return (SIMD3(50, 60, 130) + texture.at(u / 7 + 90, v / 7 + 90) * SIMD3(50, 90, 110), true)
            }
        }
        if let companion, (u - companion) * (u - companion) / (radius.x * radius.x) + v * v / (radius.y * radius.y) < 1 {
            return (SIMD3(40, 50, 170) + texture.at(u / 7 + 90, v / 7 + 90) * SIMD3(30, 60, 80), false)
        }
        let value = background.at(x / 9 + 400, y / 9 + 400)
        return (SIMD3(60, 80, 70) + value * SIMD3(110, 100, 120), false)
    }

    func mask(at frame: Int) -> Mask {
        Mask(
            width: width, height: height,
            pixels: (0..<width * height).map { look(frame, $0 % width, $0 / width).inside ? 1 : 0 })
    }

    /// Writes the scene as YUV4MPEG, which needs no encoder, and hands out its path.
    func withClip<Result>(_ body: (String) throws -> Result) throws -> Result {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "scene.y4m").path
            var bytes = Data("YUV4MPEG2 W\(width) H\(height) F10:1 Ip A1:1 C444\n".utf8)
            for frame in 0..<frames {
                var planes = [UInt8](repeating: 0, count: 3 * width * height)
                for place in 0..<width * height {
                    let column = place % width, row = place / width
                    let colour = weather(frame, column, row, look(frame, column, row).colour)
                    let luma = 0.299 * colour.x + 0.587 * colour.y + 0.114 * colour.z
                    let values = [16 + luma * 219 / 255, 128 + (colour.z - luma) * 0.496, 128 + (colour.x - luma) * 0.627]
                    for plane in 0..<3 { planes[plane * width * height + place] = UInt8(min(max(values[plane], 0), 255)) }
                }
                bytes += Data("FRAME\n".utf8) + planes
            }
            try bytes.write(to: URL(filePath: path))
            return try body(path)
        }
    }
}

/// The exact masks of a scene's frames.
struct SceneMasks: MaskSource {
    let path = "scene masks"
    let size: PictureSize
    let annotatedFrames: [Int]
    let tracks: [Track]
    private let masks: [Int: Mask]

    init(_ scene: SyntheticScene) {
        size = PictureSize(width: scene.width, height: scene.height)
        annotatedFrames = Array(0..<scene.frames)
        let masks = Dictionary(uniqueKeysWithValues: annotatedFrames.map { ($0, scene.mask(at: $0)) })
        let appearances = annotatedFrames.compactMap { frame in
            masks[frame].flatMap { mask in
                mask.boundingBox.map { Track.Appearance(frame: frame, box: $0, area: mask.area) }
            }
        }
        tracks = [Track(id: .number(1), appearances: appearances)]
        self.masks = masks
    }

    func file(of frame: Int) -> String { path }

    func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard let mask = masks[frame] else {
            throw MaskError(path: path, reason: .notVisible(track, frame: frame))
        }
        return mask
    }
}

/// Smooth noise between 0 and 1: random values on a grid, interpolated, in two octaves.
private struct ValueNoise {
    let seed: UInt64

    func at(_ x: Double, _ y: Double) -> Double { 0.65 * octave(x, y) + 0.35 * octave(x * 2.3 + 17, y * 2.3 + 31) }

    private func octave(_ x: Double, _ y: Double) -> Double {
        let left = x.rounded(.down), top = y.rounded(.down)
        let fractionX = x - left, fractionY = y - top
        let above = lattice(left, top) * (1 - fractionX) + lattice(left + 1, top) * fractionX
        let below = lattice(left, top + 1) * (1 - fractionX) + lattice(left + 1, top + 1) * fractionX
        return above * (1 - fractionY) + below * fractionY
    }

    private func lattice(_ x: Double, _ y: Double) -> Double {
        let place = UInt64(bitPattern: Int64(x)) &* 0x9E37_79B1 ^ UInt64(bitPattern: Int64(y)) &* 0x85EB_CA77
        var random = SeededGenerator(seed: place ^ seed &* 0xC2B2_AE3D_27D4_EB4F)
        return Double(random.next() >> 11) / Double(1 << 53)
    }
}
