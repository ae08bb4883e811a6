import DescribeAnything
import Files
import Foundation
import Imaging
import Masks
import ObjectTracking

/// A clip with its captions, and all that is needed to show them.
public struct CaptionedClip {
    public let document: CaptionDocument
    package let input: ClipInput
    package let masks: any MaskSource
    package let imageProcessor: ImageProcessor

    package init(document: CaptionDocument, input: ClipInput, masks: any MaskSource, imageProcessor: ImageProcessor) {
        (self.document, self.input, self.masks, self.imageProcessor) = (document, input, masks, imageProcessor)
    }

    /// Writes the fate of each detection as JSON Lines; an empty file if the objects were not detected.
    /// - Parameters:
    ///   - path: the file to write.
    ///   - replaces: true to replace a file that is there.
    /// - Throws: `InputError`.
    public func writeFates(to path: String, replaces: Bool = false) throws {
        let fates = (masks as? PropagatedMasks)?.fates
        try OutputFile.write(try fates?.lines() ?? .init(), to: path, replaces: replaces)
    }

    /// True if a file is a list of fates.
    public static func isListOfFates(_ path: String) -> Bool {
        ((try? openFile(path)?.read(upToCount: 4096)) ?? nil).map(DetectionFates.areLines) ?? false
    }
}
