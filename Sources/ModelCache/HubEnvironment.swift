import Files
import Foundation

/// The hub's settings from environment variables, as its own tools read them.
/// Source: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
package struct HubEnvironment: Sendable {
    private let variables: [String: String]

    /// - Parameter variables: environment variables; by default those of the process.
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

    /// URL of the hub, without a trailing slash.
    package var endpoint: String {
        var address = (variables["HF_ENDPOINT"] ?? "https://huggingface.co")[...]
        while address.last == "/" { address.removeLast() }
        return String(address)
    }

    /// True if the hub must not be contacted.
    package var isOffline: Bool { isTrue("HF_HUB_OFFLINE") || isTrue("TRANSFORMERS_OFFLINE") }

    /// The user's token, from a variable or else from the file written by logging in; nil if there is none.
    package var token: String? {
        let given = (variables["HF_TOKEN"] ?? variables["HUGGING_FACE_HUB_TOKEN"]).flatMap(Self.trimmed)
        if let given { return given }
        guard !isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") else { return nil }
        let file = variables["HF_TOKEN_PATH"].map(expanded) ?? "\(home)/token"
        return fileContents(file).flatMap { Self.trimmed(String(decoding: $0, as: UTF8.self)) }
    }

    /// A path with a leading ~ and variables $NAME and ${NAME} expanded.
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
