import DAMVideo
import DescribeAnything
import Imaging
import LanguageModels
import Media

/// A Describe Anything Model applied to regions of records.
package struct RegionModel {
    package let model: CaptionModel
    /// Question about a region with a class, containing `{label}`; nil to use the same question for all regions.
    let hint: String?

    /// - Parameter hint: question with `{label}`, for checkpoints trained that way.
    /// - Throws: `InputError` of category `usage` for a question without `{label}`.
    package init(_ model: CaptionModel, hint: String? = nil) throws {
        guard hint?.contains("{label}") ?? true else {
            throw InputError(.usage, "--hint-query \(hint ?? "")", found: "no {label}", expected: "{label} in place of the class")
        }
        (self.model, self.hint) = (model, hint)
    }

    private var dam: DescribeAnythingModel { model.model }

    /// Calls `body` with the prompt of each record, or the error that prevents it.
    /// - Parameter records: records of one image or clip.
    func read(_ records: [Record], _ media: RegionMedia, _ body: (Int, Result<PromptReading, InputError>) throws -> Void) throws {
        var entries: [(record: Record, masks: [FrameMask])] = [], places: [Int] = [], crops: [[Int: FocalPrompt]] = []
        var errors: [Int: InputError] = [:]
        for (place, record) in records.enumerated() {
            do {
                entries.append((record, try record.masks()))
                places.append(place)
                crops.append([:])
            } catch let error as InputError { errors[place] = error }
        }
        do {
            try media.read(entries) { place, number, picture, mask in
                do {
                    crops[place][number] = try dam.imageProcessor(picture, mask)
                } catch { errors[places[place]] = InputError(.invalid, "region \(entries[place].record.id): \(error)") }
            }
        } catch let error as InputError {
            for place in places { errors[place] = errors[place] ?? error }
        }
        for (place, record) in records.enumerated() {
            if let error = errors[place] {
                try body(place, .failure(error))
            } else if let own = places.firstIndex(of: place) {
                try body(place, reading(record, crops[own].sorted { $0.key < $1.key }.map(\.value)))
            }
        }
    }

    private func reading(_ record: Record, _ crops: [FocalPrompt]) -> Result<PromptReading, InputError> {
        guard !crops.isEmpty else { return .failure(InputError(.invalid, record.place, found: "no mask", expected: "at least one")) }
        let count = record.kind == .video ? dam.configuration.videoFrames : 1
        let encoded = crops.map { dam.encode($0) }, frames = FrameSampler.positions(in: crops.count, count: count).map { encoded[$0] }
        do {
            return .success(try PromptReading(dam.generator, dam.prompt(dam.tokens(query: query(record, count)), frames: frames)))
        } catch { return .failure(InputError(.invalid, "region \(record.id): \(error)")) }
    }

    private func query(_ record: Record, _ frames: Int) -> String {
        if let hint, let keyword = record.keyword, let query = Conversation.query(hint.replacing("{label}", with: keyword),
            frames: frames) {
            return query
        }
        return record.kind == .video ? Conversation.videoQuery(frames: frames) : Conversation.imageQuery
    }

    /// Tokens of a caption as the model would generate them, including the end token.
    func tokens(of caption: String) -> [Int] {
        dam.tokenizer.encode(caption, addBOS: false) + dam.configuration.language.eosTokens.sorted().prefix(1)
    }
}
