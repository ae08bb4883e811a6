import Foundation

/// A drawn clip from a fixed camera: two shapes cross the picture at different heights, in opposite directions, over a textured
/// background. Their positions are known at all times.
package struct DrawnStreet: Sendable {
    package static let width = 320, height = 240, rate = 10.0
    /// Duration of the recording in seconds.
    package static let length = 6.0

    /// One of the shapes.
    package enum Shape: CaseIterable, Sendable {
        /// An ellipse that moves right in the upper half.
        case red
        /// A wider ellipse that moves left in the lower half.
        case blue

        var radius: (x: Double, y: Double) { self == .red ? (15, 28) : (32, 18) }
        var colour: [UInt8] { self == .red ? [220, 40, 40] : [40, 70, 230] }

        /// Centre at a time.
        package func middle(at time: Double) -> (x: Double, y: Double) {
            self == .red ? (30 + 45 * time, 80) : (300 - 48 * time, 190)
        }

        /// Left, top, width and height in fractions of the picture.
        package func box(at time: Double) -> [Double] {
            let middle = middle(at: time)
            return [
                (middle.x - radius.x) / Double(width), (middle.y - radius.y) / Double(height), 2 * radius.x / Double(width),
                2 * radius.y / Double(height),
            ]
        }

        package func contains(_ x: Int, _ y: Int, at time: Double) -> Bool {
            let middle = middle(at: time), radius = radius
            let away = ((Double(x) + 0.5 - middle.x) / radius.x, (Double(y) + 0.5 - middle.y) / radius.y)
            return away.0 * away.0 + away.1 * away.1 <= 1
        }

        /// Pixels at a time, 0 or 1.
        package func pixels(at time: Double) -> [UInt8] {
            (0..<width * height).map { contains($0 % width, $0 / width, at: time) ? 1 : 0 }
        }

        /// Points of its path, `[x, y, time]`, where `time` is second 0 of the recording.
        package func path(from start: Double) -> [[Double]] {
            stride(from: 0, through: length - 0.5, by: 0.5).map { time in
                let box = box(at: time)
                return [box[0] + box[2] / 2, box[1] + box[3], start + time]
            }
        }
    }

    /// RGB pixels of the picture at a time, row by row.
    package static func picture(at time: Double) -> [UInt8] {
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        for place in 0..<width * height {
            let x = place % width, y = place / width
            let shape = Shape.allCases.last { $0.contains(x, y, at: time) }
            let grey = UInt8(90 + (x / 20 + y / 20) % 2 * 30 + x * 40 / width)
            let colour = shape?.colour ?? [grey, grey, grey - 20]
            for channel in 0..<3 { pixels[place * 3 + channel] = colour[channel] }
        }
        return pixels
    }

    /// Times of the frames between two times of the recording.
    package static func times(from start: Double = 0, to end: Double = length) -> [Double] {
        stride(from: (start * rate).rounded(), to: (end * rate).rounded(), by: 1).map { $0 / rate }
    }
}
