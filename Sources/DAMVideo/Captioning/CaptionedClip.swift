import DescribeAnything
import Files
import Foundation
import Imaging
import Masks
import ObjectTracking

/// A clip with its captions, and everything needed to render them.
public struct CaptionedClip {
    public let document: CaptionDocument
    package let input: ClipInput
    package let masks: any MaskSource
    package let imageProcessor: ImageProcessor

    package init(document: CaptionDocument, input: ClipInput, masks: any MaskSource, imageProcessor: ImageProcessor) {
        (self.document, self.input, self.masks, self.imageProcessor) = (document, input, masks, imageProcessor)
    }

    /// Writes the outcome of each detection as JSON Lines; an empty file if objects were not detected.
    /// - Parameters:
    ///   - path: the file to write.
    ///   - replaces: true to replace an existing file.
    /// - Throws: `InputError`.
    public func writeFates(to path: String, replaces: Bool = false) throws {
        let fates = (masks as? PropagatedMasks)?.fates
        try OutputFile.write(try fates?.lines() ?? .init(), to: path, replaces: replaces)
    }

    /// True if a file is a list of detection outcomes.
    public static func isListOfFates(_ path: String) -> Bool {
        ((try? openFile(path)?.read(upToCount: 4096)) ?? nil).map(DetectionFates.areLines) ?? false
    }
}
