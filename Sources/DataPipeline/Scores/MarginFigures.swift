import Imaging
import LanguageModels

/// Score of how specifically a caption describes its region: its mean log probability for that region, minus the largest for
/// another region of the same image or clip. A region's prompt is prefilled once for all captions.
struct MarginFigures {
    /// Upper bound on the other regions to compare with, those of the same class first. Each costs another pass over the caption.
    static let rivals = 8

    let model: RegionModel
    let media: RegionMedia

    struct Figures {
        var own: Double?
        var other: Double?
    }

    /// - Parameters:
    ///   - records: all records of one image or clip.
    ///   - check: called between passes; an error it throws ends the call.
    /// - Returns: a result for each record; an error if its region cannot be read.
    func figures(_ records: [Record], check: () throws -> Void) throws -> [Result<Figures, InputError>] {
        let tokens = try records.map { try $0.captions().first.map { model.tokens(of: $0.text) } ?? [] }
        let rivals = records.indices.map { Self.rivals(of: $0, among: records) }
        var results = records.map { _ in Result<Figures, InputError>.success(Figures()) }
        try model.read(records, media) { place, result in
            let reading: PromptReading
            switch result {
            case .success(let found): reading = found
            case .failure(let error):
                results[place] = .failure(error)
                return
            }
            for caption in records.indices where !tokens[caption].isEmpty && (caption == place || rivals[caption].contains(place)) {
                try check()
                guard case .success(var figures) = results[caption] else { continue }
                let logarithms = reading.logProbabilities(of: tokens[caption])
                let mean = logarithms.reduce(0) { $0 + Double($1) } / Double(logarithms.count)
                if caption == place { figures.own = mean } else { figures.other = max(figures.other ?? -.infinity, mean) }
                results[caption] = .success(figures)
            }
        }
        return results
    }

    /// Indices of the regions that a caption is compared with.
    private static func rivals(of place: Int, among records: [Record]) -> Set<Int> {
        let others = records.indices.filter { $0 != place }
        let label = records[place].label, same = others.filter { records[$0].label == label }
        return Set((same + others.filter { records[$0].label != label }).prefix(rivals))
    }
}
