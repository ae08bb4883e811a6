/// Id of a track: the number or text in the masks' files, unchanged.
public enum TrackID: Sendable, Hashable {
    case number(Int)
    case name(String)
}

extension TrackID: CustomStringConvertible {
    /// The id as users type it.
    public var description: String {
        switch self {
        case .number(let number): String(number)
        case .name(let name): name
        }
    }
}

extension TrackID: Comparable {
    /// Orders numbers before names, numbers by value and names by characters.
    public static func < (left: TrackID, right: TrackID) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.name(let left), .name(let right)): left < right
        case (.number, .name): true
        case (.name, .number): false
        }
    }
}

/// A JSON number or a JSON string.
extension TrackID: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Int.self) {
            self = .number(number)
        } else {
            self = .name(try value.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .number(let number): try value.encode(number)
        case .name(let name): try value.encode(name)
        }
    }
}
