import Files
import Foundation

/// The hub's settings, by the variables that its own tools read.
/// Source: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
package struct HubEnvironment: Sendable {
    private let variables: [String: String]

    /// - Parameter variables: the environment of the process unless given.
    package init(_ variables: [String: String] = ProcessInfo.processInfo.environment) {
        self.variables = variables.filter { !$0.value.isEmpty }
    }

    private var home: String {
        let cache = variables["XDG_CACHE_HOME"] ?? "~/.cache"
        return expanded(variables["HF_HOME"] ?? "\(cache)/huggingface")
    }

    /// Folder of the cache.
    package var cacheFolder: String {
        (variables["HF_HUB_CACHE"] ?? variables["HUGGINGFACE_HUB_CACHE"]).map(expanded) ?? "\(home)/hub"
    }

    package var cache: ModelCache { ModelCache(folder: cacheFolder) }

    /// Address of the hub, without a slash at its end.
    package var endpoint: String {
        var address = (variables["HF_ENDPOINT"] ?? "https://huggingface.co")[...]
        while address.last == "/" { address.removeLast() }
        return String(address)
    }

    /// True if nothing may be asked of the hub.
    package var isOffline: Bool { isTrue("HF_HUB_OFFLINE") || isTrue("TRANSFORMERS_OFFLINE") }

    /// The user's token: a variable's, else that of the file where logging in leaves it; nil without one.
    package var token: String? {
        let given = (variables["HF_TOKEN"] ?? variables["HUGGING_FACE_HUB_TOKEN"]).flatMap(Self.trimmed)
        if let given { return given }
        guard !isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") else { return nil }
        let file = variables["HF_TOKEN_PATH"].map(expanded) ?? "\(home)/token"
        return fileContents(file).flatMap { Self.trimmed(String(decoding: $0, as: UTF8.self)) }
    }

    /// Text with the home folder for a ~ at its beginning, and variables' values for $NAME and ${NAME}.
    private func expanded(_ path: String) -> String {
        let userHome = variables["HOME"] ?? NSHomeDirectory()
        let path = path == "~" || path.hasPrefix("~/") ? userHome + path.dropFirst() : path
        return path.replacing(/\$(?:\{(\w+)\}|(\w+))/) { match in
            (match.1 ?? match.2).flatMap { variables[String($0)] } ?? String(match.0)
        }
    }

    private func isTrue(_ name: String) -> Bool {
        ["1", "ON", "YES", "TRUE"].contains(variables[name]?.uppercased() ?? "")
    }

    private static func trimmed(_ text: String) -> String? {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }
}
