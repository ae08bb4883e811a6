import DAMVideo
import Evaluation
import Files
import Foundation
import Imaging
import Media
import ObjectTracking

/// Makes regions from annotations.
package struct RegionStep {
    let settings: RegionSettings
    let rules: RegionRules
    /// Folders and files with images to exclude.
    let excluded: [String]
    /// SAM 2, which turns boxes into masks; nil to drop boxes.
    let segmentation: (path: String, load: () throws -> SegmentationModel)?

    package init(
        _ settings: RegionSettings, rules: RegionRules, excluded: [String] = [],
        segmentation: (path: String, load: () throws -> SegmentationModel)? = nil
    ) {
        (self.settings, self.rules, self.excluded, self.segmentation) = (settings, rules, excluded, segmentation)
    }

    /// Notes on ambiguous readings are returned with the result.
    /// - Throws: `InputError` for missing or invalid sources.
    package func run(_ sources: [String], _ target: StepTarget) throws -> (result: StepResult, notes: [String]) {
        if rules.perClass != nil, target.shard != nil {
            throw InputError(.usage, "--cap-class counts the regions of all shards: found --cap-class with a shard, expected only one "
                + "of them")
        }
        let paths = try FilePattern.files(sources) + settings.masks + excluded + [settings.pictures, settings.instances].compactMap(\.self)
        try InputFiles(paths).refuse(target.path)
        let meta = StepMeta(step: "regions", options: try options(), inputs: try inputs(paths), shard: target.shard)
        let done = try StepOutput(target.path, meta, wanted: nil, overwrites: target.overwrites, savesEach: false)
        guard !done.isThere else { return (StepResult(meta: try StepMeta(of: target.path) ?? meta, wasThere: true), []) }
        var table = try RegionTable(settings) { target.shard?.has(media: $0) ?? true }
        try RegionSources(settings: settings).read(sources, into: &table)
        var (records, tally) = try taken(&table, target)
        if let perClass = rules.perClass { records = capped(records, perClass, &tally) }
        try check(records)
        for record in records { try done.put(record) }
        for failure in table.failures { done.fail(failure.id, failure.error) }
        return (StepResult(meta: try done.finish(tally), wasThere: false), table.notes)
    }

    /// Files are identified by their hashes, folders by the names and sizes of their files.
    private func inputs(_ paths: [String]) throws -> [StepMeta.Input] {
        try paths.map { path in
            let isFolder = FileStatus(path)?.isFolder == true
            return StepMeta.Input(path: path, digest: try isFolder ? ContentDigest.of(listing: path) : ContentDigest.of(file: path))
        }
    }

    /// The regions of each image that pass the rules.
    private func taken(_ table: inout RegionTable, _ target: StepTarget) throws -> ([Record], StepCounts) {
        let pictures = try ExcludedPictures(excluded), root = try MediaRoot(settings.mediaRoot)
        var tally = table.tally, records: [Record] = [], model: SegmentationModel?
        let all = Set(table.candidates.keys).union(table.boxes.keys).sorted()
        let progress = StepProgress("regions", of: all.count, done: 0, target)
        for media in all {
            try progress.check()
            var found = table.candidates[media] ?? []
            do {
                let kind = (found.first?.region ?? table.boxes[media]?.first?.region)?.kind ?? .image
                if !pictures.isEmpty, let rule = try pictures.rule(for: root.path(of: media), kind) {
                    tally.count("regions_dropped", rule, by: found.count + (table.boxes[media]?.count ?? 0))
                    continue
                }
                if let boxes = table.boxes[media] {
                    if model == nil { model = try segmentation?.load() }
                    found += try masks(of: boxes, root.path(of: media), model, &tally)
                }
            } catch let error as InputError where error.category != .unusableModel {
                table.fail(media, error)
                progress.advance(failed: true)
                continue
            }
            let sources = Dictionary(found.map { ($0.region.id, $0.source) }, uniquingKeysWith: { first, _ in first })
            records += rules.taken(found.map(\.region), &tally).map { record($0, media, sources[$0.id] ?? "") }
            progress.advance()
        }
        progress.end()
        return (records.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }, tally)
    }

    private func masks(
        of boxes: [(source: String, region: RegionCandidate, box: BoundingBox)], _ path: String, _ model: SegmentationModel?,
        _ tally: inout StepCounts
    ) throws -> [(source: String, region: RegionCandidate)] {
        guard let model else {
            tally.count("regions_dropped", "box_only", by: boxes.count)
            return []
        }
        let picture = try InputError.translating { try ImageDecoder.rgb(path: path) }
        return try zip(boxes, model.masks(of: boxes.map(\.box), in: picture)).compactMap { box, found in
            guard let found else {
                tally.count("regions_dropped", "no_mask")
                return nil
            }
            var region = box.region
            region.masks = [FrameMask(frame: 0, runs: RunLengthEncoding(found.mask))]
            region.maskScore = Double(found.expectedIoU)
            return (box.source, region)
        }
    }

    private func record(_ region: RegionCandidate, _ media: String, _ source: String) -> Record {
        var record = Record(
            id: "\(source)/\(region.id)", source: source, media: media, size: region.size, kind: region.kind, label: region.label,
            part: region.part, score: region.score, maskScore: region.maskScore, masks: region.masks)
        if region.kind == .video { record.set("visible_frames", .number(region.visible)) }
        return record
    }

    /// At most `perClass` regions of a class, sampled by the hashes of their ids.
    private func capped(_ records: [Record], _ perClass: Int, _ tally: inout StepCounts) -> [Record] {
        var dropped: Set<String> = []
        for (_, members) in Dictionary(grouping: records, by: \.label) {
            let order = members.map(\.id).sorted { ContentDigest.number($0) < ContentDigest.number($1) }
            dropped.formUnion(order.dropFirst(perClass))
        }
        tally.count("regions_dropped", "cap_class", by: dropped.count)
        return records.filter { !dropped.contains($0.id) }
    }

    private func check(_ records: [Record]) throws {
        if let (first, _) = zip(records, records.dropFirst()).first(where: { $0.id == $1.id }) {
            throw InputError(.invalid, first.source, found: "two regions with the id \(first.id)",
                expected: "ids of their own, or another --name")
        }
    }

    private func options() throws -> OrderedObject {
        func number(_ value: Double?) -> OrderedJSON { value.map { .number($0) } ?? .null }
        func number(_ value: Int?) -> OrderedJSON { value.map { .number($0) } ?? .null }
        func text(_ value: String?) -> OrderedJSON { value.map { .string($0) } ?? .null }
        let labels = settings.labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
        return [
            "name": text(settings.name), "media_root": .string(settings.mediaRoot), "media": text(settings.media),
            "labels": .array(labels.map { .string($0) }), "frames": .number(settings.frames),
            "mask_format": text(settings.maskSettings.format?.rawValue), "mask_frame_offset": number(settings.maskSettings.frameOffset),
            "orientation": text(settings.maskSettings.orientation?.rawValue), "absence": text(settings.maskSettings.absence?.rawValue),
            "mask_frame_step": number(settings.maskSettings.frameStep), "least_area": .number(rules.leastArea),
            "least_share": .number(rules.leastShare), "largest_share": .number(rules.largestShare), "least_side": .number(rules.leastSide),
            "least_part": .number(rules.leastPart), "no_border": .bool(rules.dropsBorder), "duplicate_iou": .number(rules.duplicateIoU),
            "least_score": number(rules.leastScore), "least_mask_score": number(rules.leastMaskScore),
            "per_image": number(rules.perImage), "distinct_classes": .bool(rules.hasDistinctClasses),
            "cap_class": number(rules.perClass), "sam": text(segmentation?.path),
        ]
    }
}

extension ContentDigest {
    /// Hash of the names and sizes of all files in a folder, recursively.
    static func of(listing folder: String) throws -> String {
        func lines(_ folder: String, _ prefix: String) -> [String] {
            (folderNames(folder) ?? []).sorted().flatMap { name -> [String] in
                guard let status = FileStatus("\(folder)/\(name)") else { return [] }
                return status.isFolder ? lines("\(folder)/\(name)", "\(prefix)\(name)/") : ["\(prefix)\(name) \(status.size)"]
            }
        }
        return of(lines(folder, "").joined(separator: "\n"))
    }
}
