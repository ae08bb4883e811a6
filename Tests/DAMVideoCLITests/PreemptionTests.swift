import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, captions are lost when a machine is taken away, or a scheduler takes the job for broken.
struct PreemptionTests {
    private static func arguments(_ output: String) -> [String] {
        [
            "caption", Courtyard.clip, "--masks", Courtyard.masks, "--model", Fixtures.model(.damA), "--no-propagate", "--batch", "1",
            "--max-new-tokens", "300", "--format", "jsonl", "-o", output,
        ]
    }

    /// Captions being generated at the signal are finished, no others are begun, and the same command does the rest.
    @Test(arguments: [["--shard", "0/2"], ["--grace", "60"]]) func openCaptionsAreFinished(_ more: [String]) throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.jsonl").path
            let run = try CommandRun(
                Self.arguments(path) + more + ["--grace", "60"], interruptingAfter: "generating", signal: SIGTERM)
            let earlier = try #require(try ResumedRun(path: path)), count = earlier.tracks.count
            #expect(run.status == 75 && run.errors.contains("\(count) finished tracks are written"), "\(run.errors)")
            // Every track with a reported token.
            #expect(count >= 1 && !earlier.isFinished && run.lines.count { $0.hasSuffix(": generating") } == count, "\(run.errors)")
            let rest = try CommandRun(Self.arguments(path) + more + ["--resume"])
            #expect(rest.status == 0, "\(rest.errors)")
            #expect(!rest.errors.contains("track 1 (1"))
            let whole = try #require(try ResumedRun(path: path))
            #expect(whole.isFinished && Array(whole.tracks.prefix(count)) == earlier.tracks)
        }
    }

    /// Without grace unfinished tracks are handed back. The next run does them; merge accepts no partial ones.
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

    /// Ctrl-C is not a preemption, not even for a shard.
    @Test func ctrlCInterruptsAsUsual() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.jsonl").path
            let run = try CommandRun(Self.arguments(path) + ["--shard", "0/1"], interruptingAfter: "tokens in", signal: SIGINT)
            #expect(run.status == 130, "\(run.errors)")
        }
    }

    /// With three clips the current one is ended, and the next is not begun.
    @Test func waitingClipsAreLeftAlone() throws {
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
