import Foundation
import TestSupport
import Testing

/// Names that are not UTF-8, as in old archives. If these fail, such files cannot be used.
@Suite struct FileNameTests {
    /// Runs a script with the program as $P in a temporary working directory.
    private func run(_ script: String) throws -> CommandRun {
        try withTemporaryDirectory { folder in
            try CommandRun(
                ["-c", "cd \"$F\" && \(script)"],
                environment: [
                    "F": folder.path, "P": CommandRun.executable.path, "CLIP": Fixtures.path("video/h264_bframes.mp4"),
                    "MODEL": Fixtures.model(.damE),
                ],
                executable: URL(filePath: "/bin/sh"))
        }
    }

    @Test func clipsMayHaveAnyName() throws {
        let run = try run("""
            name=$(printf 'caf\\351'); cp "$CLIP" "$name.mp4"; echo '1,1,4,4,20,20,1' > "$name.txt"
            exec "$P" caption "$name.mp4" --masks "$name.txt" --model "$MODEL" --dry-run
            """)
        #expect(run.status == 0 && run.text.contains("64x48, 16 frames"), "\(run.errors)")
        #expect(run.text.hasPrefix("caf\\xE9.mp4\n"))
    }

    @Test func masksMayHaveAnyName() throws {
        let run = try run("""
            name=$(printf 'm\\351'); mkdir "$name"
            cp "$MASK" "$name/$(printf 'caf\\351_00003.png')"
            exec "$P" masks "$name"
            """.replacing("$MASK", with: Courtyard.mask(frame: 0)))
        #expect(run.status == 0 && run.text.contains("1 annotated: 3"), "\(run.errors)")
    }

    @Test func missingFilesAreNamed() throws {
        let run = try run("exec \"$P\" masks \"$(printf 'nowhere\\351')\"")
        #expect(run.status == 66 && run.errors.contains("nowhere\\xE9: no such file or folder"), "\(run.errors)")
    }

    @Test func listsAndModelsMayHaveAnyName() throws {
        let run = try run("""
            name=$(printf 'caf\\351'); cp "$CLIP" "$name.mp4"; echo '1,1,4,4,20,20,1' > "$name.txt"; cp -r "$MODEL" "$name"
            printf '%s\\t%s\\n' "$name.mp4" "$name.txt" > "$name.list"
            "$P" inspect "$name" > /dev/null || exit 1
            exec "$P" caption -a "$name.list" --model "$name" --dry-run
            """)
        #expect(run.status == 0 && run.text.contains("64x48, 16 frames"), "\(run.errors)")
    }

    /// File names in documents are readable, and runs can be resumed with them.
    @Test func documentsNameThemReadably() throws {
        let run = try run("""
            name=$(printf 'caf\\351'); cp "$CLIP" "$name.mp4"; echo '1,1,4,4,20,20,1' > "$name.txt"
            set -- caption "$name.mp4" --masks "$name.txt" --model "$MODEL" --max-new-tokens 1 --format jsonl -o out.jsonl
            "$P" "$@" || exit 1
            grep -v '"type":"summary"' out.jsonl > cut && mv cut out.jsonl
            "$P" "$@" --resume || exit 2
            exec cat out.jsonl
            """)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.text.contains(#""path":"caf\\xE9.mp4""#) && !run.text.contains("\u{10FEE9}"))
    }

    @Test func aPipeIsNamed() throws {
        let run = try run("""
            echo '1,1,4,4,20,20,1' > masks.txt
            cat "$CLIP" | "$P" caption /dev/fd/0 --masks masks.txt --model "$MODEL" --dry-run -o a.json
            """)
        #expect(run.status == 65 && run.errors.contains("found a pipe, expected a file, or - for"), "\(run.errors)")
    }
}
