import Foundation
import Masks
import Testing

/// If these fail, ids in documents have another type or order than in the input.
@Suite struct TrackIDTests {
    @Test func keepsItsType() throws {
        let ids: [TrackID] = [.number(3), .name("3"), .name("person-1"), .number(-1)]
        let data = try JSONEncoder().encode(ids)
        #expect(String(decoding: data, as: UTF8.self) == #"[3,"3","person-1",-1]"#)
        #expect(try JSONDecoder().decode([TrackID].self, from: data) == ids)
        #expect(throws: (any Error).self) { try JSONDecoder().decode([TrackID].self, from: Data("[true]".utf8)) }
    }

    @Test func numbersComeFirstByValue() {
        let ids: [TrackID] = [.name("b"), .number(10), .name("a"), .number(9), .name("10")]
        #expect(ids.sorted() == [.number(9), .number(10), .name("10"), .name("a"), .name("b")])
        #expect(ids.map(\.description) == ["b", "10", "a", "9", "10"])
    }
}
