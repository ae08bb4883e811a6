/// Position and velocity along one axis with their covariance: a Kalman filter with white-noise acceleration, so that one step
/// of a second is equivalent to sixty of a sixtieth.
struct AxisMotion: Sendable, Equatable {
    private(set) var place: Double
    private(set) var speed = 0.0
    /// Variances of position and velocity, and their covariance.
    private(set) var placeVariance: Double
    private(set) var speedVariance: Double
    private(set) var covariance = 0.0

    /// - Parameters:
    ///   - variance: variance of the measured position.
    ///   - speedVariance: prior variance of the velocity.
    init(place: Double, variance: Double, speedVariance: Double) {
        self.place = place
        placeVariance = variance
        self.speedVariance = speedVariance
    }

    /// - Parameter noise: spectral density of the acceleration, in pixels^2 / s^3.
    mutating func predict(seconds: Double, noise: Double) {
        place += speed * seconds
        placeVariance += seconds * (2 * covariance + seconds * speedVariance) + noise * seconds * seconds * seconds / 3
        covariance += seconds * speedVariance + noise * seconds * seconds / 2
        speedVariance += noise * seconds
    }

    mutating func update(place measured: Double, variance: Double) {
        let whole = placeVariance + variance, error = measured - place
        guard whole > 0 else { return }
        let gain = placeVariance / whole, speedGain = covariance / whole
        place += gain * error
        speed += speedGain * error
        speedVariance -= speedGain * covariance
        covariance *= 1 - gain
        placeVariance *= 1 - gain
    }

    /// Maps the axis: position p becomes `scale * p + offset`.
    mutating func map(scale: Double, offset: Double) {
        place = scale * place + offset
        speed *= scale
        placeVariance *= scale * scale
        speedVariance *= scale * scale
        covariance *= scale * scale
    }

    /// This state smoothed by later measurements (Rauch, Tung and Striebel, AIAA Journal 3(8), 1965).
    /// - Parameters:
    ///   - predicted: this state, predicted by `seconds` and scaled by `scale`.
    ///   - later: the smoothed state at that time.
    func smoothed(predicted: AxisMotion, later: AxisMotion, seconds: Double, scale: Double) -> AxisMotion {
        let determinant = predicted.placeVariance * predicted.speedVariance - predicted.covariance * predicted.covariance
        guard determinant > 0 else { return self }
        // P A' of this state, with A = scale [1, seconds; 0, 1].
        let rows = (
            (scale * (placeVariance + seconds * covariance), scale * covariance),
            (scale * (covariance + seconds * speedVariance), scale * speedVariance)
        )
        let inverse = (predicted.speedVariance / determinant, -predicted.covariance / determinant, predicted.placeVariance / determinant)
        let place = later.place - predicted.place, speed = later.speed - predicted.speed
        func gained(_ row: (Double, Double)) -> Double {
            (row.0 * inverse.0 + row.1 * inverse.1) * place + (row.0 * inverse.1 + row.1 * inverse.2) * speed
        }
        var result = self
        result.place += gained(rows.0)
        result.speed += gained(rows.1)
        return result
    }
}
