import Imaging
import LanguageModels
import Masks

/// The captions of a clip: what `damvideo caption` writes. Keys are those of schema `damvideo/1`; frames count from 0,
/// times are seconds of presentation, boxes `[left, top, width, height]` in pixels.
public struct CaptionDocument: Codable, Sendable, Equatable {
    public var schema = CaptionDocument.currentSchema
    public var tool = Tool()
    public var model: Model
    public var video: Video
    public var tracks: [Track] = []
    public var errors: [Problem] = []
    /// Detected tracks that were not captioned; nil if there are none.
    public var leftOut: [LeftOut]?
    /// The share of the clip's tracks in this document; nil for all of them.
    public var shard: Shard?

    private enum CodingKeys: String, CodingKey {
        case schema, tool, model, video, tracks, errors, shard
        case leftOut = "left_out"
    }

    public struct Tool: Codable, Sendable, Equatable {
        public var name = "damvideo"
        public var version = CaptionDocument.version

        public init() {}
    }

    /// The schema of documents that this program writes.
    public static let currentSchema = "damvideo/1"

    /// This program's version.
    public static let version = "0.1.0"

    /// The model and its generation options.
    public struct Model: Codable, Sendable, Equatable {
        public var path: String
        public var type = "dam"
        /// Data type of the weights: "f32", "f16", "bf16", "q8" or "q4", or for example "vision q8, language q4" if it differs by
        /// part.
        public var weights: String
        public var query: String
        /// Sentence after the query that tells the label, which replaces `{label}`; nil if labels were not used.
        public var hint: String?
        /// Encoded into the same object, not a nested one.
        public var generation: GenerationOptions

        private enum CodingKeys: String, CodingKey { case path, type, weights, query, hint }

        init(path: String, weights: String, query: String, hint: String? = nil, generation: GenerationOptions) {
            self.path = path
            self.weights = weights
            self.query = query
            self.hint = hint
            self.generation = generation
        }

        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            path = try values.decode(String.self, forKey: .path)
            type = try values.decode(String.self, forKey: .type)
            weights = try values.decode(String.self, forKey: .weights)
            query = try values.decode(String.self, forKey: .query)
            hint = try values.decodeIfPresent(String.self, forKey: .hint)
            generation = try GenerationOptions(from: decoder)
        }

        public func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(path, forKey: .path)
            try values.encode(type, forKey: .type)
            try values.encode(weights, forKey: .weights)
            try values.encode(query, forKey: .query)
            try values.encodeIfPresent(hint, forKey: .hint)
            try generation.encode(to: encoder)
        }
    }

    public struct Video: Codable, Sendable, Equatable {
        public var path: String
        public var width: Int
        public var height: Int
        public var fps: Double
        /// Frames that could be decoded.
        public var frames: Int
        public var duration: Double
    }

    /// One caption.
    public struct Track: Codable, Sendable, Equatable {
        public var id: TrackID
        public var label: String?
        /// Name that a user gave the track; nil for none.
        public var name: String?
        /// True if a user edited the caption; nil otherwise.
        public var edited: Bool?
        /// True for a detected object that does not move; nil for others.
        public var stationary: Bool?
        public var firstFrame: Int
        public var lastFrame: Int
        /// Time of the first frame that shows the object.
        public var start: Double
        /// Time of the last frame that shows the object.
        public var end: Double
        public var visibleFrames: Int
        public var sampled: [Sample]
        public var caption: String
        /// "stop", or "length" when the answer was cut off.
        public var finishReason: String
        public var usage: Usage
        /// Seconds of encoding and generating; of batched work, this track's share.
        public var seconds: Double
        /// Captions of its parts, in order; nil if none were requested or the track is too short. A part that failed is listed in
        /// the document's errors instead.
        public var segments: [Segment]?

        enum CodingKeys: String, CodingKey {
            case id, label, name, edited, stationary, start, end, sampled, caption, usage, seconds, segments
            case firstFrame = "first_frame"
            case lastFrame = "last_frame"
            case visibleFrames = "visible_frames"
            case finishReason = "finish_reason"
        }

        /// Encodes a missing label as null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(label, forKey: .label)
            try container.encodeIfPresent(name, forKey: .name)
            try container.encodeIfPresent(edited, forKey: .edited)
            try container.encodeIfPresent(stationary, forKey: .stationary)
            try container.encode(firstFrame, forKey: .firstFrame)
            try container.encode(lastFrame, forKey: .lastFrame)
            try container.encode(start, forKey: .start)
            try container.encode(end, forKey: .end)
            try container.encode(visibleFrames, forKey: .visibleFrames)
            try container.encode(sampled, forKey: .sampled)
            try container.encode(caption, forKey: .caption)
            try container.encode(finishReason, forKey: .finishReason)
            try container.encode(usage, forKey: .usage)
            try container.encode(seconds, forKey: .seconds)
            try container.encodeIfPresent(segments, forKey: .segments)
        }
    }

    /// A frame the caption was made from.
    public struct Sample: Codable, Sendable, Equatable {
        public var frame: Int
        public var time: Double
        public var bbox: BoundingBox
        /// Area of the mask, in pixels.
        public var area: Int
        /// Source of the mask: "given", "propagated" or "found" (detected).
        public var mask: String
        /// The mask itself, if requested, as COCO run-length encoding.
        public var segmentation: RunLengthEncoding?
    }

    public struct Usage: Codable, Sendable, Equatable {
        public var promptTokens: Int
        public var completionTokens: Int

        enum CodingKeys: String, CodingKey {
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
        }
    }

    /// A reason that a track, or part of the clip, was not captioned.
    public struct Problem: Codable, Sendable, Equatable {
        /// Nil for problems of the whole clip.
        public var track: TrackID?
        /// Machine-readable code: "mask_skipped", "mask_note", "clip_note", "clip_damaged", "not_visible", "empty_mask",
        /// "prompt_too_long", "interrupted".
        public var code: String
        public var message: String
        /// Time of the first frame of the affected part of the track; nil for the whole track.
        public var start: Double?
        /// Time of the last frame of that part.
        public var end: Double?

        /// The code for a run that the user interrupted.
        public static let interrupted = "interrupted"

        public init(track: TrackID?, code: String, message: String) {
            self.track = track
            self.code = code
            self.message = message
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(track, forKey: .track)
            try container.encode(code, forKey: .code)
            try container.encode(message, forKey: .message)
            try container.encodeIfPresent(start, forKey: .start)
            try container.encodeIfPresent(end, forKey: .end)
        }
    }
}
