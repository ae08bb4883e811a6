import Foundation
import Imaging
import ModelCache
import ModelHub
import TestSupport
import Testing

/// If these fail, models cannot be downloaded by name, or not in the layout that other programs expect.
struct PullTests {
    @Test func neededFilesGoWhereOtherProgramsLook() throws {
        try PullSample.run { sample in
            let snapshot = try sample.pull()
            #expect(snapshot.files == ["config.json", "model.safetensors", "preprocessor_config.json"])
            #expect(try Data(contentsOf: URL(filePath: snapshot.path + "/model.safetensors")) == PullSample.weights)
            let commit = StandInHub.State().commit, link = "\(snapshot.path)/model.safetensors"
            #expect(snapshot.path == sample.repository.path + "/snapshots/\(commit)")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "../../blobs/\(sample.weightsHash)")
            #expect(try String(contentsOf: sample.repository.appending(path: "refs/main"), encoding: .utf8) == commit)
            #expect(FileManager.default.fileExists(atPath: sample.cache.path + "/.locks/models--org--net/\(sample.weightsHash).lock"))
            #expect(sample.blobs.count == 3 && sample.progress.last == 100_027)
            #expect(sample.hub.requests.contents.count == 1)
        }
    }

    @Test func existingFilesAreNotDownloadedAgain() throws {
        try PullSample.run { sample in
            try sample.pull()
            try sample.pull()
            #expect(sample.hub.requests.contents.count == 1 && sample.hub.requests.hub.count == 2 + 3)
            #expect(sample.progress.last == 100_027)
            // Another commit with the same weights: only its own file is downloaded.
            sample.hub.state.withLock { state in
                state.commit = String(repeating: "0b", count: 20)
                state.files["preprocessor_config.json"] = PullSample.small(#"{"size": 1}"#)
            }
            #expect(try sample.pull().commit == String(repeating: "0b", count: 20))
            #expect(sample.hub.requests.contents.count == 1 && sample.blobs.count == 4)
            #expect(ModelCache(folder: sample.cache.path).repositories.first?.commits.count == 2)
        }
    }

    @Test func subfoldersAreLinkedRelatively() throws {
        let text = #"{"weight_map": {"a": "model-1.safetensors"}}"#
        var files = ["config.json": PullSample.small("{}"), "llm/model.safetensors.index.json": PullSample.small(text)]
        for path in [
            "llm/config.json", "llm/tokenizer.model", "vision_tower/config.json", "context_provider/config.json",
            "mm_projector/config.json",
        ] { files[path] = PullSample.small(path) }
        for path in [
            "llm/model-1.safetensors", "llm/model-2.safetensors", "vision_tower/model.safetensors", "context_provider/model.safetensors",
        ] {
            files[path] = PullSample.large(Data(path.utf8))
        }
        try PullSample.run(files) { sample in
            let snapshot = try sample.pull()
            #expect(snapshot.files == files.keys.filter { $0 != "llm/model-2.safetensors" }.sorted())
            #expect(try String(contentsOfFile: snapshot.path + "/llm/model-1.safetensors", encoding: .utf8) == "llm/model-1.safetensors")
            #expect(try snapshot.contents().kind == .describeAnything)
        }
    }

    @Test func aCommitIsPulledWithoutARef() throws {
        try PullSample.run { sample in
            let commit = StandInHub.State().commit
            let snapshot = try sample.pull("org/net@\(commit)")
            #expect(snapshot.commit == commit)
            #expect(ModelCache(folder: sample.cache.path).repositories.first?.references.isEmpty == true)
            #expect(throws: InputError.self) { try sample.pull("org/net@v2") }
        }
    }

    @Test func incompleteSnapshotsAreCompleted() throws {
        try PullSample.run { sample in
            let folder = sample.repository.appending(path: "snapshots/\(StandInHub.State().commit)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try "own".write(to: folder.appending(path: "README.md"), atomically: true, encoding: .utf8)
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "config.json").path, withDestinationPath: "../../blobs/gone")
            #expect(try sample.pull().files == ["README.md", "config.json", "model.safetensors", "preprocessor_config.json"])
        }
    }

    @Test func licencesAreShownOnceAndAcceptedIfNonCommercial() throws {
        try PullSample.run { sample in
            try sample.pull()
            try sample.pull()
            #expect(sample.notices == ["org/net: the weights' licence is apache-2.0"])
            sample.hub.state.withLock {
                $0.card = #"{"license": "other", "license_name": "x-non-commercial", "license_link": "https://x/terms"}"#
            }
            #expect(throws: InputError(
                .usage, "org/net", found: #"weights under the licence "x-non-commercial" (https://x/terms), which is non-commercial"#,
                expected: "--accept-licence, after reading it")) { try sample.pull() }
            try sample.pull(options: .init(acceptsLicence: true))
            try sample.pull()
            #expect(sample.notices.last == "org/net: the weights' licence is x-non-commercial (https://x/terms), accepted")
            #expect(sample.notices.count == 2)
        }
    }

    @Test func theTokenIsSentToTheHubOnly() throws {
        try PullSample.run { sample in
            sample.hub.state.withLock { $0.token = "hf_secret" }
            #expect(throws: InputError(
                .notFound, "org/net", found: "HTTP 401 from 127.0.0.1 (Access to model org/net is restricted.)",
                expected: "access, to be asked for on the model's page first, and a token in HF_TOKEN, or one that logging in with hf has "
                    + "left")) {
                try sample.pull()
            }
            #expect(throws: InputError(
                .notFound, "org/net", found: "HTTP 403 from 127.0.0.1 (Access to model org/net is restricted.)",
                expected: "access, to be asked for on the model's page first, and a token whose user may read it")) {
                try sample.pull(variables: ["HF_TOKEN": "hf_other"])
            }
            try sample.pull(variables: ["HF_TOKEN": "hf_secret"])
            #expect(sample.hub.requests.contents.map { $0.headers["authorization"] } == [nil])
        }
    }

    @Test func offlineModeMakesNoRequests() throws {
        try PullSample.run { sample in
            #expect(throws: InputError(
                .usage, "org/net", found: "HF_HUB_OFFLINE, which forbids asking the hub",
                expected: "it unset, or the whole model in the cache")) {
                try sample.pull(variables: ["HF_HUB_OFFLINE": "1"])
            }
            #expect(sample.hub.requests.hub.isEmpty)
            let fetched = try sample.pull(), asked = sample.hub.requests.hub.count
            #expect(try sample.pull(variables: ["HF_HUB_OFFLINE": "1"]).path == fetched.path)
            #expect(sample.hub.requests.hub.count == asked)
        }
    }
}
