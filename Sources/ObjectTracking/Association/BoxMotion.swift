import Imaging

/// Noise parameters of `BoxMotion`. Lengths are in box sizes, the square root of a box's area.
package enum BoxMotionConstants {
    /// Standard deviation of a detected box's centre, and of its width and height: higher smooths more, but lags.
    static let placeError = 0.08
    static let sizeError = 0.12
    /// Square root of the acceleration's spectral density, in sizes / s^1.5: higher follows turns, but also jitter.
    static let acceleration = 1.0
    static let growth = 0.15
    /// Standard deviation of the velocity after one detection, in sizes per second: a person running along a street.
    static let speed = 2.0
    static let growthSpeed = 0.2
}

/// Motion of a box: a Kalman filter over centre, width and height with their velocities. Time is in seconds, noise relative to
/// the size.
struct BoxMotion: Sendable, Equatable {
    private typealias Constant = BoxMotionConstants

    private(set) var x: AxisMotion
    private(set) var y: AxisMotion
    private(set) var width: AxisMotion
    private(set) var height: AxisMotion

    init(_ box: Rectangle) {
        let size = box.size
        func axis(_ place: Double, _ error: Double, _ speed: Double) -> AxisMotion {
            AxisMotion(place: place, variance: (error * size) * (error * size), speedVariance: (speed * size) * (speed * size))
        }
        x = axis(box.centre.x, Constant.placeError, Constant.speed)
        y = axis(box.centre.y, Constant.placeError, Constant.speed)
        width = axis(box.width, Constant.sizeError, Constant.growthSpeed)
        height = axis(box.height, Constant.sizeError, Constant.growthSpeed)
    }

    /// The estimated box, at least 1 pixel wide and high.
    var box: Rectangle {
        let width = max(1, width.place), height = max(1, height.place)
        return Rectangle(left: x.place - width / 2, top: y.place - height / 2, width: width, height: height)
    }

    /// Standard deviation of the centre, in pixels.
    var uncertainty: SIMD2<Double> { SIMD2(x.placeVariance.squareRoot(), y.placeVariance.squareRoot()) }

    /// In pixels per second.
    var velocity: SIMD2<Double> { SIMD2(x.speed, y.speed) }

    /// - Parameter camera: the camera motion over these seconds, in the clip's pixels.
    /// - Returns: the factor by which the camera motion scaled the box.
    @discardableResult
    mutating func predict(seconds: Double, camera: CameraMotion = .identity) -> Double {
        let size = box.size
        let noise = (Constant.acceleration * size) * (Constant.acceleration * size)
        let growth = (Constant.growth * size) * (Constant.growth * size)
        x.predict(seconds: seconds, noise: noise)
        y.predict(seconds: seconds, noise: noise)
        width.predict(seconds: seconds, noise: growth)
        height.predict(seconds: seconds, noise: growth)
        guard camera != .identity else { return 1 }
        return follow(camera)
    }

    /// Moves the box by the camera motion.
    /// - Returns: the factor by which it was scaled.
    @discardableResult
    mutating func follow(_ camera: CameraMotion) -> Double {
        let moved = camera.moved(box)
        guard let moved, moved.size > 0, box.size > 0 else { return 1 }
        let scale = min(max(moved.size / box.size, 0.5), 2)
        x.map(scale: scale, offset: moved.centre.x - scale * x.place)
        y.map(scale: scale, offset: moved.centre.y - scale * y.place)
        width.map(scale: scale, offset: 0)
        height.map(scale: scale, offset: 0)
        return scale
    }

    /// - Parameter doubt: factor of the measurement error, higher for a less certain detection.
    mutating func update(_ box: Rectangle, doubt: Double = 1) {
        let size = self.box.size
        let place = (doubt * Constant.placeError * size) * (doubt * Constant.placeError * size)
        let extent = (doubt * Constant.sizeError * size) * (doubt * Constant.sizeError * size)
        x.update(place: box.centre.x, variance: place)
        y.update(place: box.centre.y, variance: place)
        width.update(place: box.width, variance: extent)
        height.update(place: box.height, variance: extent)
    }

    /// This state smoothed by later detections.
    func smoothed(predicted: BoxMotion, later: BoxMotion, seconds: Double, scale: Double) -> BoxMotion {
        var result = self
        result.x = x.smoothed(predicted: predicted.x, later: later.x, seconds: seconds, scale: scale)
        result.y = y.smoothed(predicted: predicted.y, later: later.y, seconds: seconds, scale: scale)
        result.width = width.smoothed(predicted: predicted.width, later: later.width, seconds: seconds, scale: scale)
        result.height = height.smoothed(predicted: predicted.height, later: later.height, seconds: seconds, scale: scale)
        return result
    }
}

extension Rectangle {
    var centre: SIMD2<Double> { SIMD2(left + width / 2, top + height / 2) }

    /// Square root of the area.
    var size: Double { area.squareRoot() }

    init(centre: SIMD2<Double>, width: Double, height: Double) {
        self.init(left: centre.x - width / 2, top: centre.y - height / 2, width: width, height: height)
    }

    func grown(by margin: SIMD2<Double>) -> Rectangle {
        Rectangle(left: left - margin.x, top: top - margin.y, width: width + 2 * margin.x, height: height + 2 * margin.y)
    }

    /// Intersection over the smaller area, 0...1.
    func containment(of other: Rectangle) -> Double {
        let smaller = min(area, other.area)
        return smaller > 0 ? commonArea(with: other) / smaller : 0
    }
}

extension CameraMotion {
    /// Position of a static box in the other image; nil if the mapping is undefined there.
    func moved(_ box: Rectangle) -> Rectangle? {
        let corners = [(box.left, box.top), (box.right, box.top), (box.left, box.bottom), (box.right, box.bottom)].map { apply($0.0, $0.1) }
        guard corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return nil }
        let middle = apply(box.centre.x, box.centre.y)
        let width = (corners[1].x - corners[0].x + corners[3].x - corners[2].x) / 2
        let height = (corners[2].y - corners[0].y + corners[3].y - corners[1].y) / 2
        guard width > 0, height > 0 else { return nil }
        return Rectangle(centre: SIMD2(middle.x, middle.y), width: width, height: height)
    }

    /// The same motion in pixels of an image `factor` times as large.
    func enlarged(by factor: Int) -> CameraMotion {
        guard factor > 1, self != .identity else { return self }
        let factor = Double(factor)
        var matrix = matrix
        matrix[2] *= factor
        matrix[5] *= factor
        matrix[6] /= factor
        matrix[7] /= factor
        return CameraMotion(matrix: matrix)
    }
}
