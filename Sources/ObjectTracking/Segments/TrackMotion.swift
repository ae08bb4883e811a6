import Imaging
import Masks

/// Motion of a track in the image, smoothed against the jitter of masks and boxes. Camera motion is not compensated.
struct TrackMotion {
    /// Seconds over which a velocity is fitted.
    static let window = 1.0
    /// Length of the median filter over appearances, which removes single wrong masks.
    static let medianCount = 5

    let times: [Double]
    /// Unfiltered boxes.
    let boxes: [BoundingBox]
    /// In pixels: the square root of the box's area, averaged over `window`.
    let sizes: [Double]
    /// In pixels: the square root of the mask's area, averaged over `window`.
    let extents: [Double]
    /// Velocities of the box's centre in object sizes per second.
    let velocities: [(x: Double, y: Double)]

    /// - Parameters:
    ///   - appearances: at least one, ascending.
    ///   - times: times of the appearances, in seconds.
    ///   - step: typical time between two appearances, in seconds.
    init(_ appearances: [Track.Appearance], _ times: [Double], step: Double) {
        self.times = times
        boxes = appearances.map(\.box)
        let x = Self.medians(boxes.map { Double($0.left) + Double($0.width) / 2 })
        let y = Self.medians(boxes.map { Double($0.top) + Double($0.height) / 2 })
        let roots = Self.medians(boxes.map { max(1, Double($0.width) * Double($0.height)).squareRoot() })
        let areas = Self.medians(appearances.map { Double($0.area).squareRoot() })
        // At least three, however rarely the object is visible.
        let reach = max(Self.window / 2, 1.01 * step)
        var sizes: [Double] = [], extents: [Double] = [], velocities: [(x: Double, y: Double)] = []
        var low = 0, high = 0
        for time in times {
            while times[low] < time - reach { low += 1 }
            while high < times.count, times[high] <= time + reach { high += 1 }
            let size = Self.mean(roots[low..<high])
            sizes.append(size)
            extents.append(Self.mean(areas[low..<high]))
            let around = times[low..<high]
            velocities.append((Self.slope(x[low..<high], around) / size, Self.slope(y[low..<high], around) / size))
        }
        (self.sizes, self.extents, self.velocities) = (sizes, extents, velocities)
    }

    /// In object sizes per second.
    func speed(at index: Int) -> Double {
        let velocity = velocities[index]
        return (velocity.x * velocity.x + velocity.y * velocity.y).squareRoot()
    }

    private static func mean(_ values: ArraySlice<Double>) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

    /// Slope of the least-squares line; 0 if all times are equal.
    private static func slope(_ values: ArraySlice<Double>, _ times: ArraySlice<Double>) -> Double {
        let middle = mean(times), average = mean(values)
        var product = 0.0, square = 0.0
        for (value, time) in zip(values, times) {
            product += (value - average) * (time - middle)
            square += (time - middle) * (time - middle)
        }
        return square > 0 ? product / square : 0
    }

    private static func medians(_ values: [Double]) -> [Double] {
        values.indices.map { index in
            // Symmetric, so that the ends are not pulled inwards.
            let reach = min(medianCount / 2, index, values.count - 1 - index)
            return values[index - reach...index + reach].sorted()[reach]
        }
    }
}
