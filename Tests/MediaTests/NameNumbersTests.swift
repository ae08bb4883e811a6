import Media
import Testing

/// If these fail, stills are sorted by a hash, or masks land on frames that their names do not mean.
@Suite struct NameNumbersTests {
    private func digits(_ stems: String...) -> [String]? { NameNumbers(stems)?.digits }

    @Test func theNumberAtTheEnd() {
        #expect(digits("00012", "frame_7", "cam2-0100", "3") == ["00012", "7", "0100", "3"])
        #expect(digits("shot1_05", "shot1_07") == ["05", "07"])
        #expect(digits("7", "a007") == ["7", "007"])
        #expect(digits("take5") == ["5"])
        #expect(NameNumbers(["f1", "f2"])?.areAtEnd == true)
    }

    @Test func theNumberInsideWhereNamesDiffer() {
        #expect(digits("frame_00000_left", "frame_00005_left") == ["00000", "00005"])
        #expect(digits("frame_00000_mask") == ["00000"])
        #expect(digits("00003_v2", "00004_v2") == ["00003", "00004"])
        #expect(NameNumbers(["f1_x", "f2_x"])?.areAtEnd == false)
    }

    /// A number too large for any clip's frame is a time.
    @Test func timesAreNotFrames() {
        #expect(digits("00005_1717171717000", "00006_1717171717040") == ["00005", "00006"])
        #expect(digits("1717171717000", "1717171717040") == ["1717171717000", "1717171717040"])
    }

    @Test func hashesAreNotNumbers() {
        #expect(digits("clip_mp4-0030_jpg.rf.34173cb38f07f89d7", "clip_mp4-0003_jpg.rf.eccbc87e4b5ce2fe2") == ["0030", "0003"])
        #expect(digits("clip_mp4-0030_jpg.rf.34173cb38f07f89d7") == ["0030"])
        #expect(digits("3f2a8c1e7", "77ab2c9d1") == nil)
    }

    @Test func namesWithoutNumbers() {
        #expect(digits("anna", "bert") == nil)
        #expect(digits("1", "zebra") == nil)
        #expect(digits("cat1 red", "cat1 blue", "cat2 red") == nil)
        #expect(digits("mask") == nil)
        #expect(digits() == nil)
    }

    /// Names in sorted order; each must have its own position.
    private func isOrder(_ stems: [String]) -> Bool {
        let mixed = Array(stems.indices).sorted { ($0 * 7 % 5, $0) < ($1 * 7 % 5, $1) }
        return NameNumbers(mixed.map { stems[$0] })?.places == mixed
    }

    @Test(arguments: [
        ["2024-05-01_12-58-50", "2024-05-01_12-58-59", "2024-05-01_12-59-02", "2024-05-01_12-59-11"],
        ["00m7s", "01m4s", "02m1s", "02m8s"], ["00-00-00.700", "00-00-00.900", "00-00-01.000", "00-00-01.600"],
        ["0.5", "0.75", "1", "1.25"], ["9.5", "9.75", "10.0", "10.25", "10.5"], ["0.25", "0.5", "0.75"],
        ["part1_frame8", "part1_frame9", "part2_frame0"], ["run2_0003", "run10_0001", "run10_0002"], ["0.08", "0.12", "0.16"],
    ]) func severalNumbersAndFractions(names: [String]) {
        #expect(isOrder(names))
        // None of them is a frame number.
        #expect(NameNumbers(names)?.digits == nil)
    }

    @Test func pointsBetweenCounters() {
        #expect(digits("shot010.0009", "shot010.0010") == ["0009", "0010"])
        #expect(digits("cam1.9", "cam1.10", "cam1.11") == ["9", "10", "11"])
        #expect(digits("2024.05.01", "2024.05.02") == ["01", "02"])
        #expect(isOrder(["s1.9", "s1.10", "s2.1"]) && digits("s1.9", "s1.10", "s2.1") == nil)
    }
}
