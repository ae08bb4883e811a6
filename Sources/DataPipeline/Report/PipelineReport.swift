import Evaluation
import Files
import Imaging

/// Facts about a pipeline run: what each step read and dropped, and the scores of the last step's records.
package struct PipelineReport {
    /// A file, or the shards of one.
    package struct Stage {
        package let name: String
        package let step: String
        package let records: Int
        package let pictures: Int
        package let failed: Int
        package let counts: StepCounts
    }

    /// Maximum number of classes in a table.
    private static let shownClasses = 50

    package private(set) var stages: [Stage] = []
    package let classes: [(name: String, regions: Int, kept: Int)]
    package let words: Spread?
    package let sentences: Spread?
    package let figures: [FigureSummary]
    package let agreements: [(one: String, other: String, value: Double)]
    /// Records of the last stage.
    let records: RecordFiles
    /// Paths of all stages' files.
    let files: [String]

    /// - Parameter patterns: a file or pattern for each step, in order.
    /// - Throws: `InputError` for missing or invalid files.
    package init(_ patterns: [String]) throws {
        var last: RecordFiles?, read: [String] = []
        for pattern in patterns {
            let files = try RecordFiles([pattern])
            stages.append(try Self.stage(pattern, files))
            last = files
            read += files.paths
        }
        guard let last else { throw InputError(.usage, "report: found no file, expected at least one") }
        (records, files) = (last, read)
        var classes: [String: (Int, Int)] = [:], words: [Double] = [], sentences: [Double] = [], figures = FigureTable()
        try last.forEach { record in
            let name = record.keyword ?? "", known = classes[name] ?? (0, 0)
            classes[name] = (known.0 + 1, known.1 + (record.isKept ? 1 : 0))
            if let caption = try record.caption {
                let text = CaptionText(caption)
                words.append(Double(text.words.count))
                sentences.append(Double(text.sentences.count))
            }
            figures.add(record)
        }
        let ordered = classes.sorted { $0.value.0 == $1.value.0 ? $0.key < $1.key : $0.value.0 > $1.value.0 }
        self.classes = ordered.map { ($0.key, $0.value.0, $0.value.1) }
        (self.words, self.sentences) = (Spread(words), Spread(sentences))
        (self.figures, agreements) = (figures.summaries, figures.agreements)
    }

    private static func stage(_ pattern: String, _ files: RecordFiles) throws -> Stage {
        var counts = StepCounts(), failed = 0, step = ""
        for path in files.paths {
            guard let meta = try StepMeta(of: path) else { continue }
            counts.add(StepCounts(meta.counts))
            failed += meta.failures.count
            step = meta.step
        }
        let pictures = files.groups(of: 0..<files.count).count
        return Stage(name: pattern, step: step, records: files.count, pictures: pictures, failed: failed, counts: counts)
    }

    /// Amounts in the paper (arXiv 2504.16072, table A.1), for comparison.
    static let paper: [(set: String, pictures: Int, regions: Int)] = [
        ("LVIS", 90_613, 373_551), ("Mapillary Vistas 2", 17_762, 100_538), ("COCO-Stuff", 28_365, 32_474), ("OpenImages 7", 64_874,
            96_006),
        ("PACO", 24_599, 81_325), ("SA-1B (self-training)", 592_822, 774_309), ("SA-V (clips)", 36_922, 93_969),
    ]

    /// The report as JSON.
    package var json: OrderedObject {
        func spread(_ spread: Spread?) -> OrderedJSON { spread.map { .object($0.json) } ?? .null }
        let stages = self.stages.map { stage -> OrderedJSON in
            .object([
                "file": .string(stage.name), "step": .string(stage.step), "records": .number(stage.records),
                "media": .number(stage.pictures),
                "failed": .number(stage.failed), "counts": .object(stage.counts.json),
            ])
        }
        let classes = self.classes.map { OrderedJSON.object(["name": .string($0.name), "regions": .number($0.regions),
            "kept": .number($0.kept)]) }
        let agreements = self.agreements.map { OrderedJSON.object(["figures": .array([.string($0.one), .string($0.other)]),
            "rank_correlation": .number(Caption.rounded($0.value))]) }
        let paper = Self.paper.map { OrderedJSON.object(["set": .string($0.set), "media": .number($0.pictures),
            "regions": .number($0.regions)]) }
        return [
            "stages": .array(stages), "classes": .array(classes), "words": spread(words), "sentences": spread(sentences),
            "figures": .array(figures.map { .object($0.json) }), "agreements": .array(agreements), "paper": .array(paper),
        ]
    }
}

/// Mean, minimum, maximum and median of some numbers.
package struct Spread: Equatable {
    package let count: Int
    package let mean: Double
    package let least: Double
    package let median: Double
    package let greatest: Double

    /// - Returns: nil for no numbers.
    init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        (count, least, greatest) = (sorted.count, first, last)
        mean = sorted.reduce(0, +) / Double(sorted.count)
        median = sorted[(sorted.count - 1) / 2]
    }

    var json: OrderedObject {
        [
            "count": .number(count), "mean": .number(Caption.rounded(mean)), "min": .number(least), "median": .number(median),
            "max": .number(greatest),
        ]
    }
}
