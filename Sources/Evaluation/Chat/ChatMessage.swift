import Foundation

/// A request to a chat service: text, images and generation options.
package struct ChatMessage: Sendable {
    package enum Part: Sendable, Equatable {
        case text(String)
        /// A JPEG file.
        case picture(Data)
    }

    /// The system message; nil for none.
    var system: String?
    /// The user's message.
    var parts: [Part]
    /// Upper bound on the answer's tokens.
    var maxTokens = 300
    /// Sampling temperature; 0 for greedy decoding.
    package var temperature = 0.0
    /// Random seed; nil to send none.
    package var seed: UInt64?

    package init(system: String? = nil, _ parts: [Part], maxTokens: Int = 300) {
        (self.system, self.parts, self.maxTokens) = (system, parts, maxTokens)
    }

    /// The body of a request.
    func body(model: String) -> OrderedJSON {
        var messages: [OrderedJSON] = system.map { [.object(["role": .string("system"), "content": .string($0)])] } ?? []
        messages.append(.object(["role": .string("user"), "content": content]))
        var body = OrderedObject([
            "model": .string(model), "messages": .array(messages),
            "temperature": temperature == 0 ? .number(0) : .number(temperature), "max_tokens": .number(maxTokens),
            "top_p": .number(1), "frequency_penalty": .number(0), "presence_penalty": .number(0),
        ])
        if let seed { body["seed"] = .number("\(seed)") }
        return .object(body)
    }

    /// Text alone is sent as a plain string, because services without vision do not accept parts.
    private var content: OrderedJSON {
        if parts.count == 1, case .text(let text) = parts[0] { return .string(text) }
        return .array(parts.map { part in
            switch part {
            case .text(let text): return .object(["type": .string("text"), "text": .string(text)])
            case .picture(let jpeg):
                let address = "data:image/jpeg;base64," + jpeg.base64EncodedString()
                return .object(["type": .string("image_url"), "image_url": .object(["url": .string(address)])])
            }
        })
    }
}
