import Foundation
import Testing

@testable import DAMVideoServer

@Suite("Errors of the API")
struct APIErrorTests {
    @Test("An error has the form of OpenAI's error object, with all keys")
    func encoded() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(APIError(404, "no such model", param: "model")), as: UTF8.self)
        #expect(text == #"{"error":{"code":null,"message":"no such model","param":"model","type":"not_found_error"}}"#)
    }
}
