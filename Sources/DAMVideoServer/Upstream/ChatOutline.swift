/// The fields of a chat request that decide which server answers it. Accepts fields unknown to this server.
struct ChatOutline: Decodable {
    /// Type of the response format; nil for text.
    let format: String?
    /// True if the user's last message has an image or a clip.
    let hasPicture: Bool

    private enum CodingKeys: String, CodingKey {
        case messages
        case format = "response_format"
    }

    private struct Message: Decodable {
        let role: String?
        let hasPicture: Bool

        private enum CodingKeys: CodingKey { case role, content }
        private struct Part: Decodable { let type: String? }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            role = try? values.decode(String.self, forKey: .role)
            let parts = try? values.decode([Part].self, forKey: .content)
            hasPicture = parts?.contains { ["image_url", "input_image", "video_url", "input_video"].contains($0.type) } ?? false
        }
    }

    private struct Format: Decodable { let type: String }

    /// - Throws: `DecodingError` if it is not a chat request.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let messages = try values.decode([Message].self, forKey: .messages)
        hasPicture = messages.last { $0.role == "user" }?.hasPicture ?? false
        let type = (try? values.decodeIfPresent(Format.self, forKey: .format))?.type
        format = type == "text" ? nil : type
    }

    /// True if another model must answer.
    var isForOthers: Bool { format != nil || !hasPicture }
}
