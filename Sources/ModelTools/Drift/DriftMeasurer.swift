import DAMVideo
import DescribeAnything
import Imaging

/// Measures quantisation error: runs a model and its reference on the same objects and compares them stage by stage.
package struct DriftMeasurer: Sendable {
    let reference: CaptionModel
    let model: CaptionModel
    /// Upper bound on the compared tokens of an answer.
    let maxNewTokens: Int

    /// - Throws: `InputError`: `unusableModel` if the models differ in architecture.
    package init(reference: CaptionModel, model: CaptionModel, maxNewTokens: Int = 128) throws {
        guard maxNewTokens >= 1 else { throw InputError(.usage, "max-new-tokens \(maxNewTokens): expected 1 or more") }
        (self.reference, self.model, self.maxNewTokens) = (reference, model, maxNewTokens)
        let (one, other) = (reference.model.configuration, model.model.configuration)
        let sizes: [(name: String, KeyPath<DescribeAnythingConfiguration, Int>)] = [
            ("picture size", \.imageSize), ("tokens of a view", \.visionTokens), ("vision width", \.vision.hiddenSize),
            ("tokens of a frame", \.imageTokens), ("language width", \.language.hiddenSize),
            ("vocabulary", \.language.vocabularySize), ("context", \.language.contextLength),
        ]
        for (name, size) in sizes where one[keyPath: size] != other[keyPath: size] {
            throw InputError(
                .unusableModel, "\(model.path): found a \(name) of \(other[keyPath: size]), expected "
                    + "\(one[keyPath: size]) as in \(reference.path)")
        }
    }

    /// - Parameter progress: called with each object's name before it is compared; an error it throws ends the measurement.
    /// - Throws: `InputError` for a missing or invalid input, or if a model produces infinity or NaN.
    package func callAsFunction(_ inputs: [DriftInput], progress: (String) throws -> Void = { _ in }) throws -> DriftReport {
        try InputError.translating {
            var report = DriftReport(reference: reference, model: model)
            for input in inputs {
                try input.forEach(reference.model) { subject in
                    try progress(subject.name)
                    var measurement = DriftMeasurement(
                        reference: reference.model, model: model.model, subject: subject, maxNewTokens: maxNewTokens)
                    report.add(try measurement.run())
                }
            }
            return report
        }
    }
}
