/// Display colours of object ids: the colour map of PASCAL VOC, used by DAVIS, YouTube-VOS and SAM 2.
package enum LabelPalette {
    /// R, G, B of an object id: its bits are distributed to the channels three at a time, highest bit first.
    package static func colour(of label: UInt8) -> (red: UInt8, green: UInt8, blue: UInt8) {
        var red: UInt8 = 0, green: UInt8 = 0, blue: UInt8 = 0, rest = label
        for bit in (UInt8(0)..<8).reversed() {
            red |= (rest & 1) << bit
            green |= (rest >> 1 & 1) << bit
            blue |= (rest >> 2 & 1) << bit
            rest >>= 3
        }
        return (red, green, blue)
    }

    /// The object id of each of the 256 distinct colours, as `red << 16 | green << 8 | blue`.
    package static let labels: [UInt32: UInt8] = {
        var labels: [UInt32: UInt8] = [:]
        for label in UInt8.min...UInt8.max {
            let (red, green, blue) = colour(of: label)
            labels[UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)] = label
        }
        return labels
    }()
}
