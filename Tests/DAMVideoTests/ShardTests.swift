import DAMVideo
import Foundation
import Testing

/// If these fail, machines of a cluster skip clips, or do them twice.
struct ShardTests {
    @Test(arguments: [(10, 3), (3, 8), (0, 2), (7, 7), (100, 1), (5, 2)])
    func shardsAreCompleteAndEven(_ count: Int, _ shards: Int) throws {
        let shares = try (0..<shards).map { try Shard($0, of: shards).share(of: 0..<count) }
        #expect(shares.flatMap(\.self).sorted() == Array(0..<count))
        let sizes = shares.map(\.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }

    /// Appending to a list does not move existing items between shards.
    @Test func appendingMovesNothing() throws {
        let shard = try Shard(1, of: 3)
        #expect(shard.share(of: 0..<10) == [1, 4, 7])
        #expect(shard.share(of: 0..<12).starts(with: [1, 4, 7]))
    }

    @Test(arguments: [
        "3/3", "4/3", "0/0", "-1/3", "1/-3", "1", "1/2/3", "", "/", "a/b", "1.0/3", " 1/3", "+1/3", "1/3 ", "٣/٤", "0/99999999999999999999",
    ])
    func refusesInvalidText(_ text: String) {
        #expect { try Shard(text: text) } throws: { "\($0)".hasPrefix("shard ") && "\($0)".contains("expected I/N") }
    }

    @Test func textIsRead() throws {
        #expect(try Shard(text: "0/1") == Shard(0, of: 1))
        #expect(try Shard(text: "11/12") == Shard(11, of: 12))
        #expect(try JSONDecoder().decode([Shard].self, from: Data(#"["2/3"]"#.utf8)) == [Shard(2, of: 3)])
        #expect(try String(decoding: JSONEncoder().encode([Shard(2, of: 3)]), as: UTF8.self).contains("2"))
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Shard].self, from: Data(#"["3/3"]"#.utf8)) }
    }
}

/// If these fail, a task of an array does another one's shard, or all of the work.
struct ShardEnvironmentTests {
    private func shard(_ environment: [String: String]) throws -> String { try Shard(environment: environment).text }

    private func array(_ id: Int, _ count: Int, _ first: Int, _ last: Int, step: Int) -> [String: String] {
        [
            "SLURM_ARRAY_TASK_ID": "\(id)", "SLURM_ARRAY_TASK_COUNT": "\(count)", "SLURM_ARRAY_TASK_MIN": "\(first)",
            "SLURM_ARRAY_TASK_MAX": "\(last)", "SLURM_ARRAY_TASK_STEP": "\(step)", "SLURM_ARRAY_JOB_ID": "7",
        ]
    }

    @Test func readsKubernetesVariables() throws {
        #expect(try shard(["JOB_COMPLETION_INDEX": "3", "DAMVIDEO_SHARD_COUNT": "8"]) == "3/8")
        #expect { try shard(["JOB_COMPLETION_INDEX": "3"]) } throws: { "\($0)".contains("DAMVIDEO_SHARD_COUNT") }
        #expect(throws: (any Error).self) { try shard(["JOB_COMPLETION_INDEX": "8", "DAMVIDEO_SHARD_COUNT": "8"]) }
        #expect(throws: (any Error).self) { try shard(["JOB_COMPLETION_INDEX": "x", "DAMVIDEO_SHARD_COUNT": "8"]) }
        #expect(throws: (any Error).self) { try shard(["JOB_COMPLETION_INDEX": "0", "DAMVIDEO_SHARD_COUNT": ""]) }
    }

    @Test func readsSlurmVariables() throws {
        #expect(try shard(array(0, 4, 0, 3, step: 1)) == "0/4")
        #expect(try shard(array(8, 8, 1, 8, step: 1)) == "7/8")
        #expect(try shard(array(10, 4, 4, 10, step: 2)) == "3/4")
        // 0-7:2 ends at 6, whatever end is given.
        #expect(try shard(array(6, 4, 0, 6, step: 2)) == "3/4")
    }

    /// In an array 1,3,9 positions cannot be derived from number and step.
    @Test func gapsAreRefused() {
        #expect { try shard(array(3, 3, 1, 9, step: 1)) } throws: { "\($0)".contains("gaps") }
        #expect { try shard(array(9, 3, 1, 9, step: 2)) } throws: { "\($0)".contains("gaps") }
        #expect { try shard(array(0, 3, 1, 3, step: 1)) } throws: { "\($0)".contains("SLURM_ARRAY_TASK_MIN") }
        #expect { try shard(["SLURM_ARRAY_TASK_ID": "1"]) } throws: { "\($0)".contains("SLURM_ARRAY_TASK_COUNT") }
    }

    /// Task 3 of eight, submitted again alone, is an array of one for Slurm.
    @Test func aTaskCanRunAgainAlone() throws {
        let alone = array(3, 1, 3, 3, step: 1)
        #expect { try shard(alone) } throws: { "\($0)".contains("task 3 alone") && "\($0)".contains("DAMVIDEO_SHARD_COUNT") }
        #expect(try shard(array(0, 1, 0, 0, step: 1)) == "0/1")
        #expect(try shard(alone.merging(["DAMVIDEO_SHARD_COUNT": "8"]) { $1 }) == "3/8")
    }

    @Test func refusesMissingAndAmbiguousVariables() {
        #expect { try shard([:]) } throws: { "\($0)".contains("neither") }
        #expect { try shard(array(0, 4, 0, 3, step: 1).merging(["JOB_COMPLETION_INDEX": "0"]) { $1 }) } throws: {
            "\($0)".contains("JOB_COMPLETION_INDEX=0 and SLURM_ARRAY_TASK_ID=0")
        }
    }
}
