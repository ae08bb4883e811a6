import Files
import Foundation
import Imaging
import ModelCache
import ModelHub
import Synchronization
import TestSupport
import Testing

/// If these fail, an interrupted pull loses its data, or leaves a damaged model that is taken for a valid one.
struct InterruptedPullTests {
    /// The state left by a process killed at some byte.
    @Test(arguments: [0, 1, 63, 64, 65, 4096, 50_000, 99_999, 100_000])
    func downloadsResume(_ count: Int) throws {
        try PullSample.run { sample in
            try sample.leave(PullSample.weights.prefix(count))
            let snapshot = try sample.pull()
            #expect(try Data(contentsOf: URL(filePath: snapshot.path + "/model.safetensors")) == PullSample.weights)
            let ranges = sample.hub.requests.contents.map { $0.headers["range"] }
            #expect(ranges == (count == 100_000 ? [] : [count == 0 ? nil : "bytes=\(count)-"]))
            #expect(!sample.blobs.contains { $0.hasSuffix(".incomplete") })
        }
    }

    @Test func wrongPartialDataIsDownloadedAgain() throws {
        for left in [Data(repeating: 1, count: 300), Data(repeating: 1, count: 100_000), Data(repeating: 1, count: 100_001)] {
            try PullSample.run { sample in
                try sample.leave(left)
                let snapshot = try sample.pull()
                #expect(try Data(contentsOf: URL(filePath: snapshot.path + "/model.safetensors")) == PullSample.weights)
                #expect(sample.progress.last == 100_027)
            }
        }
    }

    @Test func aServerWithoutRangesSendsAllAgain() throws {
        try PullSample.run { sample in
            sample.hub.state.withLock { $0.knowsRanges = false }
            try sample.leave(PullSample.weights.prefix(70_000))
            let snapshot = try sample.pull()
            #expect(try Data(contentsOf: URL(filePath: snapshot.path + "/model.safetensors")) == PullSample.weights)
            #expect(sample.progress.last == 100_027)
        }
    }

    @Test func largeFilesAreDownloadedInParts() throws {
        try PullSample.run { sample in
            let snapshot = try sample.pull(largestPart: 30_000)
            #expect(try Data(contentsOf: URL(filePath: snapshot.path + "/model.safetensors")) == PullSample.weights)
            #expect(sample.hub.requests.contents.map { $0.headers["range"] }
                == ["bytes=0-29999", "bytes=30000-59999", "bytes=60000-89999", "bytes=90000-"])
        }
    }

    @Test func endedConnectionsAreReopened() throws {
        try PullSample.run { sample in
            sample.fault { request, _ in
                guard request.path.hasPrefix("/content/"), request.headers["range"] == nil else { return nil }
                var response = StubServer.Response(headers: ["ETag": "\"x\""], data: PullSample.weights)
                response.cut = 40_000
                return response
            }
            let snapshot = try sample.pull()
            #expect(try Data(contentsOf: URL(filePath: snapshot.path + "/model.safetensors")) == PullSample.weights)
            #expect(sample.hub.requests.contents.compactMap { $0.headers["range"] } == ["bytes=40000-"])
            #expect(sample.waits == [1] && sample.notices.count == 2)
        }
    }

    @Test func wrongContentIsDiscarded() throws {
        try PullSample.run { sample in
            let wrong = Data(repeating: 7, count: 100_000)
            sample.fault { request, _ in request.path.hasPrefix("/content/") ? .init(data: wrong) : nil }
            #expect(throws: InputError(
                .invalid, "org/net/model.safetensors", found: "content with hash \(PullSample.hash(wrong, SHA256()))",
                expected: "\(sample.weightsHash), as listed; it was discarded")) { try sample.pull() }
            #expect(sample.isInvisible && !sample.blobs.contains(sample.weightsHash))
            #expect(try Data(contentsOf: sample.incomplete).isEmpty)
            sample.fault { _, _ in nil }
            try sample.pull()
        }
    }

    @Test func filesThatChangeMeanwhileAreReported() throws {
        try PullSample.run { sample in
            let new = PullSample.large(Data("new weights".utf8))
            sample.fault { request, _ in
                guard request.path.hasSuffix("/model.safetensors") else { return nil }
                return .init(
                    status: 302, headers: ["Location": "/x", "X-Linked-Etag": "\"\(new.hash)\"", "X-Linked-Size": "11"], body: "")
            }
            #expect(throws: InputError.self) { try sample.pull() }
            sample.fault { request, _ in
                guard request.path.hasSuffix("/model.safetensors") else { return nil }
                return .init(headers: ["ETag": "\"\(new.hash)\""], data: new.data)
            }
            #expect(throws: InputError(
                .invalid, "org/net/model.safetensors", found: "hash \(new.hash) and 11 bytes",
                expected: "\(sample.weightsHash) and 100000, as listed a moment ago (pull again)")) { try sample.pull() }
            #expect(sample.isInvisible)
        }
    }

    @Test func oneOfTwoPullsWaitsForTheOther() throws {
        try PullSample.run { sample in
            let locks = sample.cache.appending(path: ".locks/models--org--net")
            try FileManager.default.createDirectory(at: locks, withIntermediateDirectories: true)
            let lock = open(locks.appending(path: "\(sample.weightsHash).lock").path, O_RDWR | O_CREAT, 0o666)
            #expect(flock(lock, LOCK_EX) == 0)
            let other = Thread { // The other program ends once this one is waiting.
                while !sample.notices.contains(where: { $0.hasSuffix("waiting") }) { usleep(1000) }
                close(lock)
            }
            other.start()
            try sample.pull()
            #expect(sample.notices.contains("org/net/model.safetensors: another program is downloading it; waiting"))
        }
    }

    @Test func concurrentPullsDownloadEachFileOnce() throws {
        try PullSample.run { sample in
            let group = DispatchGroup(), commits = Mutex<[String]>([])
            for _ in 0..<2 {
                group.enter()
                Thread {
                    if let snapshot = try? sample.pull() { commits.withLock { $0.append(snapshot.commit) } }
                    group.leave()
                }.start()
            }
            group.wait()
            #expect(commits.withLock { $0.count } == 2 && sample.hub.requests.contents.count == 1)
        }
    }
}
