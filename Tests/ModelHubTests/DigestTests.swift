import Files
import Foundation
import ModelHub
import Testing

/// If these fail, a damaged file is accepted, or an intact one refused.
struct DigestTests {
    /// Vectors of FIPS 180 and of NIST's examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    ])
    func shaTwoFiveSix(_ text: String, _ hash: String) {
        #expect(PullSample.hash(Data(text.utf8), SHA256()) == hash)
    }

    @Test func aMillionBytesInPiecesOfAnySize() {
        var hash = SHA256()
        let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
        for size in [1, 62, 64, 65, 127, 128, 553] { letters[..<size].withUnsafeBytes { hash.update($0) } }
        for _ in 0..<999 { letters.withUnsafeBytes { hash.update($0) } }
        #expect(hash.finish() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    /// As printed by `git hash-object`.
    @Test(arguments: [
        ("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"), ("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
        ("what is up, doc?", "bd9dbf5aae1a3862dd1526723246b20206e5fc37"),
    ])
    func filesAsGitStoresThem(_ text: String, _ hash: String) {
        #expect(PullSample.hash(Data(text.utf8), GitBlobSHA1(size: text.utf8.count)) == hash)
    }
}
