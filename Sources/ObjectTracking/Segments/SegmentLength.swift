import Imaging

/// Length of the segments in which a long track is described.
public enum SegmentLength: Sendable, Equatable {
    /// Segments of a fixed length in seconds.
    case seconds(Double)
    /// Segments that begin where the object stops, starts, turns, enters or leaves.
    case automatic

    /// Valid segment lengths, in seconds.
    package static let range = 0.1...1e6
    package static let rangeText = "seconds, 0.1 or more, or auto"

    /// - Returns: nil for text that is neither `auto` nor a number of seconds in range.
    package init?(text: String) {
        if text == "auto" {
            self = .automatic
        } else if let seconds = Double(text), Self.range.contains(seconds) {
            self = .seconds(seconds)
        } else {
            return nil
        }
    }

    /// - Throws: `InputError` of category `usage` for a length out of range.
    package func validate() throws {
        guard case .seconds(let seconds) = self, !Self.range.contains(seconds) else { return }
        throw InputError(.usage, "segment \(seconds): expected \(Self.rangeText)")
    }
}

/// Encoded as a number of seconds or "auto".
extension SegmentLength: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let seconds = try? value.decode(Double.self) {
            self = .seconds(seconds)
        } else if try value.decode(String.self) == "auto" {
            self = .automatic
        } else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "expected \(Self.rangeText)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .seconds(let seconds): try value.encode(seconds)
        case .automatic: try value.encode("auto")
        }
    }
}
