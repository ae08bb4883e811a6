import DAMVideo
import DescribeAnything
import Evaluation
import TestSupport
import Testing

/// The bundled checkpoint describes the bundled clips correctly: learned behaviour rather than arithmetic. Checks facts, not
/// wording.
struct SampleModelTests {
    private static let reports = Result {
        let model = try CaptionModel(directory: Fixtures.sample("model"))
        return try [nil, Ablation.context, .mask, .motion].map {
            try SceneEvaluator(model, without: $0).evaluate(Fixtures.sample("scenes/clips"))
        }
    }

    private func report(without part: Ablation? = nil) throws -> SceneReport {
        try #require(Self.reports.get().first { $0.without == part })
    }

    private func share(_ subject: SceneSubject, _ scores: SceneScores) throws -> Double {
        try #require(scores.facts[subject]?.share, "nothing is asked about \(subject)")
    }

    @Test func tellsTheFactsOfEachObject() throws {
        let clips = try report().clips
        let floors: [SceneSubject: Double] = [
            .name: 0.97, .colour: 0.95, .direction: 0.95, .behaviour: 0.9, .place: 0.97, .relation: 0.85,
        ]
        for (subject, floor) in floors { #expect(try share(subject, clips) >= floor, "\(subject)") }
        #expect(try #require(clips.ownFacts.share) >= 0.95)
        #expect(clips.inventing * 20 <= clips.captions)
    }

    @Test func tellsTheFactsOfSinglePictures() throws {
        let pictures = try report().pictures
        #expect(try share(.name, pictures) >= 0.97)
        #expect(try share(.colour, pictures) >= 0.95)
    }

    /// Each part of the architecture contributes its facts.
    @Test func needsContextMaskAndMotion() throws {
        let whole = try report().clips
        #expect(try share(.relation, report(without: .context).clips) <= share(.relation, whole) - 0.2)
        let unmasked = try #require(report(without: .mask).clips.ownFacts.share)
        #expect(try unmasked <= #require(whole.ownFacts.share) - 0.1)
        for subject in [SceneSubject.direction, .behaviour] {
            #expect(try share(subject, report(without: .motion).clips) <= share(subject, whole) - 0.3, "\(subject)")
        }
    }
}
