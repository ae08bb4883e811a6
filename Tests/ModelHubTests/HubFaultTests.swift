import Foundation
import Imaging
import ModelCache
import ModelHub
import TestSupport
import Testing

/// If these fail, temporary trouble of a hub ends a pull, or is reported wrongly.
struct HubFaultTests {
    @Test func aBusyHubIsRetriedAsItSays() throws {
        try PullSample.run { sample in
            sample.fault { _, count in
                switch count {
                case 0: .init(status: 429, headers: ["Retry-After": "7"], body: "")
                case 1: .init(status: 503, body: "")
                case 2: .init(status: 500, headers: ["Retry-After": "soon"], body: "")
                default: nil
                }
            }
            try sample.pull()
            #expect(sample.waits == [7, 2, 4])
            #expect(sample.notices.first == "org/net: HTTP 429 from 127.0.0.1; trying again in 7 s")
        }
    }

    @Test func anUnreachableHubIsReported() throws {
        try PullSample.run { sample in
            sample.fault { _, _ in .init(status: 502, body: #"{"error": "bad\n gateway"}"#) }
            #expect(throws: InputError(
                .inputOutput, "org/net", found: "HTTP 502 from 127.0.0.1 (bad gateway), 6 times",
                expected: "an answer (the same command resumes)")) { try sample.pull() }
            #expect(sample.waits == [1, 2, 4, 8, 16])
            sample.fault { _, _ in .init(status: 429, headers: ["Retry-After": "3600"], body: "") }
            #expect(throws: InputError(
                .inputOutput, "org/net", found: "HTTP 429 from 127.0.0.1, to be tried again after 3600 s",
                expected: "an answer (the same command resumes)")) { try sample.pull() }
        }
    }

    @Test func missingConnectionsAreReported() throws {
        try PullSample.run { sample in
            let error = #expect(throws: InputError.self) { try sample.pull(variables: ["HF_ENDPOINT": "http://127.0.0.1:1"]) }
            #expect(error?.category == .inputOutput && error?.found == "no connection to the server, 6 times")
            #expect(throws: InputError(
                .usage, "HF_ENDPOINT", found: "\"hub\"", expected: "an address such as https://huggingface.co")) {
                try sample.pull(variables: ["HF_ENDPOINT": "hub"])
            }
        }
    }

    @Test func unknownModelsAreReported() throws {
        try PullSample.run { sample in
            let unknown = #expect(throws: InputError.self) { try sample.pull("org/other") }
            #expect(unknown?.description
                == "org/other: found HTTP 404 from 127.0.0.1 (Repository not found), expected a model of that name and revision")
            let revision = #expect(throws: InputError.self) { try sample.pull("org/net@v9") }
            #expect(revision?.category == .notFound && revision?.expected == "a branch, tag or commit of the model")
        }
    }

    @Test(arguments: ["../../evil", "/etc/passwd", "a//b", "a/./b", #"a\\b"#, #"a\u0000b"#, #"a\nb"#])
    func pathTraversalIsRefused(_ path: String) throws {
        try PullSample.run { sample in
            sample.fault { request, _ in
                guard request.path.hasPrefix("/api/") else { return nil }
                return .init(body: #"{"sha": "\#(StandInHub.State().commit)", "siblings": [{"rfilename": "\#(path)", "size": 1}]}"#)
            }
            let error = #expect(throws: InputError.self) { try sample.pull() }
            #expect(error?.category == .invalid && error?.expected == "names within the model's folder")
            #expect(!FileManager.default.fileExists(atPath: sample.cache.path))
        }
    }

    @Test(arguments: ["../../x", "", "main", "C0FFEE11C0FFEE11C0FFEE11C0FFEE11C0FFEE11"])
    func invalidCommitsAndHashesAreRefused(_ text: String) throws {
        try PullSample.run { sample in
            sample.fault { _, _ in .init(body: #"{"sha": "\#(text)", "siblings": []}"#) }
            #expect(throws: InputError.self) { try sample.pull() }
            let file = #"{"rfilename": "a", "size": 1, "blobId": "../\#(text)"}"#
            sample.fault { _, _ in .init(body: #"{"sha": "\#(StandInHub.State().commit)", "siblings": [\#(file)]}"#) }
            #expect(throws: InputError.self) { try sample.pull() }
            #expect(!FileManager.default.fileExists(atPath: sample.cache.path))
        }
    }

    @Test func redirectLoopsEnd() throws {
        try PullSample.run { sample in
            sample.fault { _, _ in .init(status: 307, headers: ["Location": "/api/models/x"], body: "") }
            #expect(throws: InputError(.inputOutput, "org/net", found: "more than 8 redirects", expected: "the file")) { try sample.pull() }
            sample.fault { _, _ in .init(status: 302, headers: ["Location": "file:///etc/passwd"], body: "") }
            #expect(throws: InputError.self) { try sample.pull() }
        }
    }

    @Test func aMirrorWithoutHashesIsAskedForThem() throws {
        try PullSample.run { sample in
            sample.fault { request, _ in
                guard request.path.hasPrefix("/api/") else { return nil }
                let files = PullSample.files.keys.sorted().map { #"{"rfilename": "\#($0)"}"# }.joined(separator: ", ")
                return .init(body: #"{"sha": "\#(StandInHub.State().commit)", "siblings": [\#(files)]}"#)
            }
            let snapshot = try sample.pull()
            #expect(try Data(contentsOf: URL(filePath: snapshot.path + "/model.safetensors")) == PullSample.weights)
            #expect(sample.blobs.contains(sample.weightsHash))
            #expect(sample.hub.requests.hub.count { $0.method == "HEAD" } == 4)
        }
    }
}
