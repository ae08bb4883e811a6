import Evaluation
import Imaging

/// One region in the pipeline: a line of its files. Keys unknown to a step are passed through.
package struct Record: Sendable {
    package static let schema = "damvideo-sdp/1"

    /// Kinds of media.
    package enum Kind: String, Sendable {
        case image, video
    }

    /// The line's JSON.
    package private(set) var json: OrderedObject
    /// Unique among all sources, and equal in every run.
    package let id: String
    package let source: String
    /// Path of the image or clip relative to the media root.
    package let media: String
    package let size: PictureSize
    package let kind: Kind
    /// File and line, for messages.
    package let place: String

    package init(
        id: String, source: String, media: String, size: PictureSize, kind: Kind, label: String?, part: String?,
        score: Double?, maskScore: Double?, masks: [FrameMask]
    ) {
        (self.id, self.source, self.media, self.size, self.kind, place) = (id, source, media, size, kind, "region \(id)")
        json = [
            "schema": .string(Self.schema), "id": .string(id), "source": .string(source), "media": .string(media),
            "width": .number(size.width), "height": .number(size.height), "kind": .string(kind.rawValue),
            "label": label.map { .string($0) } ?? .null, "part": part.map { .string($0) } ?? .null,
            "detector": .object([
                "score": score.map { .number($0) } ?? .null, "mask_score": maskScore.map { .number($0) } ?? .null,
            ]),
            "masks": .array(masks.map(\.json)),
        ]
    }

    /// - Parameter place: file and line, for messages.
    /// - Throws: `InputError` for an invalid line.
    package init(line: JSONPlace) throws {
        let schema = try line["schema"]
        guard try schema.string() == Self.schema else { throw schema.wrong(expected: Self.schema) }
        let kind = try line["kind"]
        guard let known = Kind(rawValue: try kind.string()) else { throw kind.wrong(expected: "image or video") }
        json = try line.object()
        (id, source, media) = (try line["id"].string(), try line["source"].string(), try line["media"].string())
        size = PictureSize(width: try line["width"].integer(), height: try line["height"].integer())
        (self.kind, place) = (known, line.place)
    }

    /// The class of the object; nil if the source has none.
    package var label: String? { text("label") }

    /// Name of the part, if the region is part of an object; nil for a whole object.
    package var part: String? { text("part") }

    /// The keyword of the region: the class, or the part with its class.
    package var keyword: String? {
        guard let label else { return part }
        return part.map { "\($0) of a \(label)" } ?? label
    }

    /// Masks by frame, ascending.
    /// - Throws: `InputError` for an invalid mask, or one of another size.
    package func masks() throws -> [FrameMask] { try value["masks"].array().map { try FrameMask($0, size: size) } }

    /// Captions in the order of their samples.
    /// - Throws: `InputError` for invalid JSON.
    package func captions() throws -> [Caption] { try value.optional("captions")?.array().map { try Caption($0) } ?? [] }

    /// The caption to train with: the chosen one, otherwise the first.
    package var caption: String? {
        get throws { try value.optional("caption")?.string() ?? captions().first?.text }
    }

    /// True unless a filter dropped it.
    package var isKept: Bool { json["kept"] != .bool(false) }

    /// Reasons that a filter dropped it.
    package var reasons: [String] { (try? value.optional("reasons")?.array().map { try $0.string() }) ?? [] }

    /// A score by name, of a scoring step or the detector; nil if missing. True counts as 1, false as 0.
    package func figure(_ name: String) -> Double? {
        for group in ["scores", "detector"] {
            guard case .object(let figures)? = json[group] else { continue }
            switch figures[name] {
            case .number(let digits)?: return Double(digits)
            case .bool(let isTrue)?: return isTrue ? 1 : 0
            default: continue
            }
        }
        return nil
    }

    /// Names of the record's scores, in order.
    package var figureNames: [String] {
        guard case .object(let figures)? = json["scores"] else { return [] }
        return figures.members.map(\.key).filter { figure($0) != nil }
    }

    /// Adds scores to the existing ones.
    package mutating func add(figures: KeyValuePairs<String, Double>) {
        for (name, value) in figures { set("scores", name, .number(value)) }
    }

    /// Sets a member of one of the record's objects.
    package mutating func set(_ group: String, _ name: String, _ value: OrderedJSON) {
        var members = OrderedObject()
        if case .object(let known)? = json[group] { members = known }
        members[name] = value
        json[group] = .object(members)
    }

    package mutating func set(_ key: String, _ value: OrderedJSON) { json[key] = value }

    /// The record's JSON without some of its keys.
    package func without(_ keys: Set<String>) -> OrderedObject {
        var rest = OrderedObject()
        for member in json.members where !keys.contains(member.key) { rest[member.key] = member.value }
        return rest
    }

    package var value: JSONPlace { JSONPlace(.object(json), at: place) }

    private func text(_ key: String) -> String? {
        if case .string(let text)? = json[key] { text } else { nil }
    }
}
