import ArgumentParser
import Evaluation
import Foundation
import Imaging

struct TextsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "texts",
        abstract: "Compare captions with reference captions (BLEU, ROUGE-L, CIDEr-D) or with class names (Semantic IoU).",
        discussion: """
            Captions are a list of {"image_id", "caption"}, as COCO's results, an object with a caption by id, or records with "pred" \
            and "Answer", which include their references. References are \
            COCO's annotations, or an object with a caption or a list of captions by id; names an object with a name by id. \
            Scores are those of pycocoevalcap, CIDEr-D with document frequencies from the references.
            """)

    @Argument(help: "Captions.")
    var captions: String

    @Option(
        help: ArgumentHelp("Reference captions. Default, without --names: those in the records.", valueName: "file"), completion: .file())
    var references: String?

    @Option(help: ArgumentHelp("Class names.", valueName: "file"), completion: .file())
    var names: String?

    @Flag(help: "Print the scores as JSON.")
    var json = false

    func run() throws {
        try reportingErrors {
            let report = try TextReport(captions: captions, references: references, names: names)
            guard !json else { return try Console.result(json: report) }
            try Console.result(PlainText.report(table(report)))
        }
    }

    private func table(_ report: TextReport) -> [String] {
        let table = TextTable(columns: [.left(14), .right(8)])
        var rows: [(String, Double)] = []
        if let measures = report.measures {
            rows = measures.bleu.enumerated().map { ("BLEU-\($0 + 1)", $1) } + [("ROUGE-L", measures.rougeL), ("CIDEr-D", measures.cider)]
        }
        if let overlap = report.semanticIoU { rows.append(("Semantic IoU", overlap)) }
        let left = report.withoutCaption > 0 ? ["no caption for \(report.withoutCaption) of the references"] : []
        return ["\(report.captions) captions"] + left + rows.map { table.row($0, String(format: "%.4f", $1)) }
    }
}
