import TestSupport
import Testing

/// `damvideo describe` with points and a box: if these fail, a click describes another object, or an error gives no reason.
struct RegionPromptTests {
    private static let set = Fixtures.golden(.damA), sam = Fixtures.path("sam/sam-a")

    private func describe(_ arguments: [String], sam: String? = Self.sam) throws -> CommandRun {
        try CommandRun(
            ["describe", Self.set + "/media/astronaut.png", "--model", Self.set + "/model", "--temperature", "0",
             "--max-new-tokens", "4"] + (sam.map { ["--sam", $0] } ?? []) + arguments)
    }

    @Test func describesTheMarkedObject() throws {
        for arguments in [
            ["--point", "160,100"], ["--point", "160.5,100,+", "--point", "3,300,-"], ["--box", "100,50,120,150"],
        ] {
            let run = try describe(arguments)
            #expect(run.status == 0 && !run.text.isEmpty && run.errors.isEmpty, "\(arguments): \(run.errors)")
        }
    }

    @Test(arguments: [
        (["--point", "320,100"], Int32(65), "astronaut.png: found point 320,100, expected one inside the picture of 320x320"),
        (["--box=-50,0,50,20"], 65, "found box -50,0,50,20, expected one that overlaps the picture"),
        (["--box", "5,5,0,20"], 65, "found box 5,5,0,20"),
        (["--point", "5,5,-"], 64, "astronaut.png: found only negative points, expected a positive one or a box"),
        (["--point", "1,2,*"], 64, "--point"),
        (["--point", "1"], 64, "--point"),
        (["--box", "1,2,3"], 64, "four whole numbers"),
        (["--box", "1,2,3,4", "--box", "1,2,3,4"], 64, "one --box"),
        (["--point", "1,2", "--mask", "x.png"], 64, "either --mask or --point"),
        ([], 64, "--sam needs --point or --box"),
    ])
    func refusesInvalidPrompts(arguments: [String], status: Int32, says: String) throws {
        let run = try describe(arguments)
        #expect(run.status == status && run.errors.contains(says) && run.text.isEmpty, "\(run.status) \(run.errors)")
    }

    @Test func reportsModelErrors() throws {
        let none = try describe(["--point", "1,2"], sam: nil)
        #expect(none.status == 69 && none.lines == ["damvideo: error: no SAM 2 model: expected --sam DIR or the variable DAMVIDEO_SAM"])
        let wrong = try describe(["--point", "1,2"], sam: Self.set + "/model")
        #expect(wrong.status == 69 && wrong.lines.count == 1 && wrong.errors.contains(Self.set + "/model/"), "\(wrong.errors)")
    }
}
