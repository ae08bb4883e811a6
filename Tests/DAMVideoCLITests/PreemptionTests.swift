import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, a machine that is taken away takes captions with it, or a scheduler thinks that the work is broken.
struct PreemptionTests {
    private static func arguments(_ output: String) -> [String] {
        [
            "caption", Courtyard.clip, "--masks", Courtyard.masks, "--model", Fixtures.model(.damA), "--no-propagate", "--batch", "1",
            "--max-new-tokens", "300", "--format", "jsonl", "-o", output,
        ]
    }

    /// What is generated when the signal comes is finished, nothing else is begun, and the same call does the rest.
    @Test(arguments: [["--shard", "0/2"], ["--grace", "60"]]) func whatIsGeneratedIsFinished(_ more: [String]) throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.jsonl").path
            let run = try CommandRun(
                Self.arguments(path) + more + ["--grace", "60"], interruptingAfter: "generating", signal: SIGTERM)
            let earlier = try #require(try ResumedRun(path: path)), count = earlier.tracks.count
            #expect(run.status == 75 && run.errors.contains("\(count) finished tracks are written"), "\(run.errors)")
            // Every track of which a token was told.
            #expect(count >= 1 && !earlier.isFinished && run.lines.count { $0.hasSuffix(": generating") } == count, "\(run.errors)")
            let rest = try CommandRun(Self.arguments(path) + more + ["--resume"])
            #expect(rest.status == 0, "\(rest.errors)")
            #expect(!rest.errors.contains("track 1 (1"))
            let whole = try #require(try ResumedRun(path: path))
            #expect(whole.isFinished && Array(whole.tracks.prefix(count)) == earlier.tracks)
        }
    }

    /// No grace: what is not finished is handed back. The next run does it; merge takes no half of it.
    @Test func withoutGraceTheTrackIsHandedBack() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.jsonl").path
            let run = try CommandRun(
                Self.arguments(path) + ["--shard", "0/1", "--grace", "0"], interruptingAfter: "tokens in", signal: SIGTERM)
            #expect(run.status == 75, "\(run.errors)")
            #expect(try #require(try ResumedRun(path: path)).tracks.count < 5)
            let merge = try CommandRun(["merge", path])
            #expect(merge.status == 65 && merge.errors.contains("did not finish"))
        }
    }

    /// Ctrl-C is no machine that is taken away, not even in a shard.
    @Test func ctrlCIsAsEver() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.jsonl").path
            let run = try CommandRun(Self.arguments(path) + ["--shard", "0/1"], interruptingAfter: "tokens in", signal: SIGINT)
            #expect(run.status == 130, "\(run.errors)")
        }
    }

    /// Of three clips the one at work is ended, and the next is not begun.
    @Test func clipsThatWaitAreLeft() throws {
        try withClips(3) { folder in
            let run = try CommandRun(
                ["caption", "-a", folder.list, "--masks", folder.masks, "--model", Fixtures.model(.damA), "--max-new-tokens", "400",
                 "--batch", "1", "--track", "1", "--format", "jsonl", "-o", folder.path + "/out", "--shard", "0/1", "--grace", "60"],
                interruptingAfter: "generating", signal: SIGTERM)
            #expect(run.status == 75, "\(run.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/out/c.damvideo.jsonl"))
            #expect(try #require(try ResumedRun(path: folder.path + "/out/a.damvideo.jsonl")).isFinished)
        }
    }
}
