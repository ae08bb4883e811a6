import Foundation

/// A made-up benchmark of four regions in two pictures, and a judge that answers by rule.
package enum DLCSample {
    package static let keys = ["7", "3", "12", "5"]
    package static let names = ["7": "red apple", "3": "scissors", "12": "bus", "5": "lamp"]
    package static let captions = [
        "7": "A round apple, shiny \u{2014} \"red\".", "3": "Two blades of metal.", "12": "A long vehicle.", "5": "A lamp with a shade.",
    ]

    package static let positive = """
        {"question": "Which holds?", "choices": [["The size of the NAME is mentioned and is large.", 1], \
        ["The NAME is not mentioned.", 0], \
        ["The size of the NAME is not mentioned, but the NAME is.", 0.5], ["The size of the NAME is mentioned but is not large.", -1]], \
        "type": "positive"}
        """
    package static let part = """
        {"question": "Which holds?", "choices": [["The NAME is not mentioned.", 0], ["The wheel of the NAME is mentioned.", -1], \
        ["The wheel of the NAME is not mentioned.", 1]], "type": "negative", "subtype": "negative part"}
        """
    package static let salient = """
        {"question": "Which holds?", "choices": [["The boat is mentioned.", -1], ["The boat is not mentioned.", 1]], \
        "type": "negative", "subtype": "salient negative"}
        """

    /// Questions of each region; the last has no negative ones.
    package static var questions: String {
        let regions = keys.map { key in
            let list = key == "5" ? [positive, positive] : [positive, part, salient]
            return "\"\(key)\": [" + list.joined(separator: ", ").replacing("NAME", with: names[key] ?? "") + "]"
        }
        return "{" + regions.joined(separator: ",\n") + "}"
    }

    /// Annotations: 4 by 3 pixels, each mask the second column.
    package static var annotations: String {
        let regions = keys.enumerated().map { place, key in
            """
            {"id": \(key), "image_id": \(place % 2 == 0 ? 20 : 10), "category_id": 1, "bbox": [1, 0, 1, 3], "area": 3, "iscrowd": 0, \
            "segmentation": {"size": [3, 4], "counts": "336"}, "size": "\(place < 2 ? "S" : "L")", "frequency": "F"}
            """
        }
        return """
            {"images": [{"id": 10, "file_name": "b.ppm", "width": 4, "height": 3},
            {"id": 20, "file_name": "a.ppm", "width": 4, "height": 3}],
            "annotations": [\(regions.joined(separator: ",\n"))], "categories": []}
            """
    }

    /// Writes the benchmark to a folder.
    package static func write(to folder: URL) throws {
        try Data(questions.utf8).write(to: folder.appending(path: "qa.json"))
        let names = keys.map { "\"\($0)\": \"\(self.names[$0] ?? "")\"" }.joined(separator: ", ")
        try Data("{\(names)}".utf8).write(to: folder.appending(path: "class_names.json"))
        try Data(annotations.utf8).write(to: folder.appending(path: "annotations.json"))
        let images = folder.appending(path: "images")
        try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
        for (name, value) in [("a", UInt8(10)), ("b", 200)] {
            try Data("P6\n4 3\n255\n".utf8 + [UInt8](repeating: value, count: 36)).write(to: images.appending(path: name + ".ppm"))
        }
    }

    /// Writes a file of captions for `keys`.
    package static func writeCaptions(to path: String, without key: String? = nil) throws {
        let texts = try keys.filter { $0 != key }.map { key in
            String(decoding: try JSONEncoder().encode([key: captions[key] ?? ""]).dropFirst().dropLast(), as: UTF8.self)
        }
        try Data("{\(texts.joined(separator: ", ")), \"query\": \"Q\"}".utf8).write(to: URL(filePath: path))
    }

    /// The prompt of a request.
    package static func prompt(_ request: StubServer.Request) -> String {
        let body = try? JSONSerialization.jsonObject(with: request.body) as? [String: Any]
        return ((body?["messages"] as? [[String: Any]])?.first?["content"] as? String) ?? ""
    }

    /// An answer that depends only on the prompt; the bus is not recognised.
    package static func answer(_ prompt: String) -> String {
        if prompt.contains("A. Yes") { return prompt.contains("bus") ? "B. No" : "A. Yes" }
        let choices = prompt.split(separator: "\n").filter { $0.firstMatch(of: #/^[A-E]\. /#) != nil }
        let sum = prompt.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        return String(choices[sum % choices.count])
    }

    package static func completion(_ text: String) -> StubServer.Response {
        let message = ["choices": [["message": ["role": "assistant", "content": text]]]]
        let data = (try? JSONSerialization.data(withJSONObject: message)) ?? Data()
        return StubServer.Response(body: String(decoding: data, as: UTF8.self))
    }

    /// A judge with the sample's answers.
    package static func judge(_ prepare: @escaping @Sendable (String) -> StubServer.Response? = { _ in nil }) throws -> StubServer {
        try StubServer { request in
            let prompt = prompt(request)
            return prepare(prompt) ?? completion(answer(prompt))
        }
    }

    /// Runs `body` with a folder that has the benchmark and `captions.json`.
    package static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryDirectory { folder in
            try write(to: folder)
            try writeCaptions(to: folder.appending(path: "captions.json").path)
            return try body(folder)
        }
    }
}
