import Foundation
import FoundationXML
import Imaging

/// Reads XML front to back: an element's start with its attributes, and its end with its text. Document types are refused,
/// and entities of a file's own with them.
enum XMLEvents {
    struct Element {
        let name: String
        let attributes: [String: String]
        /// Names of the elements around it, from the outermost.
        let path: [String]
        /// Number of the line, from 1.
        let line: Int
    }

    /// Levels of elements inside each other that annotations may have.
    private static let maximumDepth = 32

    /// - Parameters:
    ///   - start: called where an element begins.
    ///   - end: called where it ends, with the text inside it that is in no other element.
    /// - Throws: `InputError` for what is no XML, with the line; what the closures throw.
    static func read(
        _ bytes: [UInt8], start: @escaping (Element) throws -> Void, end: @escaping (Element, String) throws -> Void
    ) throws {
        guard !hasDocumentType(bytes) else { throw InputError(found: "a document type", expected: "elements only") }
        let parser = XMLParser(data: Data(bytes))
        parser.shouldResolveExternalEntities = false
        let handler = Handler(depth: maximumDepth, start: start, end: end)
        parser.delegate = handler
        let isWhole = parser.parse()
        if let error = handler.error { throw error }
        guard isWhole else {
            throw InputError(found: "no XML, or one that is cut or damaged, at line \(max(1, parser.lineNumber))", expected: "elements that end")
        }
    }

    private static func hasDocumentType(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while let place = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = bytes[place...].dropFirst()
            if rest.starts(with: "!DOCTYPE".utf8) || rest.starts(with: "!ENTITY".utf8) { return true }
        }
        return false
    }
}

private final class Handler: NSObject, XMLParserDelegate {
    private let depth: Int
    private let start: (XMLEvents.Element) throws -> Void
    private let end: (XMLEvents.Element, String) throws -> Void
    private var open: [(element: XMLEvents.Element, text: String)] = []
    private(set) var error: (any Error)?

    init(
        depth: Int, start: @escaping (XMLEvents.Element) throws -> Void,
        end: @escaping (XMLEvents.Element, String) throws -> Void
    ) {
        (self.depth, self.start, self.end) = (depth, start, end)
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard error == nil else { return }
        let element = XMLEvents.Element(
            name: name, attributes: attributes, path: open.map(\.element.name), line: max(1, parser.lineNumber))
        open.append((element, ""))
        attempt(parser) {
            guard open.count <= depth else { throw InputError(found: "more than \(depth) levels of elements", expected: "fewer") }
            try start(element)
        }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        guard !open.isEmpty else { return }
        open[open.count - 1].text += text
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        guard error == nil, let last = open.popLast() else { return }
        attempt(parser) { try end(last.element, last.text) }
    }

    private func attempt(_ parser: XMLParser, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            self.error = error
            parser.abortParsing()
        }
    }
}
