import Masks
import ObjectTracking
import Testing

/// If these fail, the table says why a constant has a value that it has no longer.
@Suite struct PropagationConstantsTests {
    private let inCode: [String: Double] = [
        "EvidenceConstants.colourWeight": Double(EvidenceConstants.colourWeight),
        "EvidenceConstants.flowLimit": Double(EvidenceConstants.flowLimit),
        "EvidenceConstants.untrustedFlowWeight": Double(EvidenceConstants.untrustedFlowWeight),
        "EvidenceConstants.givenSurroundings": Double(EvidenceConstants.givenSurroundings),
        "EvidenceConstants.neutralDifference": Double(EvidenceConstants.neutralDifference),
        "EvidenceConstants.differenceScale": Double(EvidenceConstants.differenceScale),
        "EvidenceConstants.growth": Double(EvidenceConstants.growth),
        "ConfidenceConstants.alike": Double(ConfidenceConstants.alike),
        "ConfidenceConstants.difference": Double(ConfidenceConstants.difference),
        "LayerConstants.weight": Double(LayerConstants.weight),
        "LayerConstants.letGo": Double(LayerConstants.letGo),
        "LayerConstants.stillShare": Double(LayerConstants.stillShare),
        "LayerConstants.halfSide": Double(LayerConstants.halfSide),
        "LayerConstants.rate": Double(LayerConstants.rate),
        "LayerConstants.tolerance": Double(LayerConstants.tolerance),
        "LayerConstants.edge": Double(LayerConstants.edge),
        "LayerConstants.joined": Double(LayerConstants.joined),
        "LayerConstants.flowDoubt": Double(LayerConstants.flowDoubt),
        "LayerConstants.givenDoubt": Double(LayerConstants.givenDoubt),
        "LayerConstants.foundWeight": Double(LayerConstants.foundWeight),
        "MaskPartConstants.share": Double(MaskPartConstants.share),
        "MaskPartConstants.gap": Double(MaskPartConstants.gap),
        "StepConstants.searchPart": Double(StepConstants.searchPart),
        "ReacquisitionConstants.movingLikeness": Double(ReacquisitionConstants.movingLikeness),
        "ReacquisitionConstants.movingWantedShare": Double(ReacquisitionConstants.movingWantedShare),
        "PlaceConstants.recentWeight": Double(PlaceConstants.recentWeight),
        "PlaceConstants.givenWeight": Double(PlaceConstants.givenWeight),
        "LocalColourConstants.cells": Double(LocalColourConstants.cells),
        "LocalColourConstants.stillCells": Double(LocalColourConstants.stillCells),
        "SmoothingConstants.strength": Double(SmoothingConstants.strength),
        "SmoothingConstants.edgeShare": Double(SmoothingConstants.edgeShare),
        "UpdateConstants.wholeShare": Double(UpdateConstants.wholeShare),
        "UpdateConstants.colourRate": Double(UpdateConstants.colourRate),
        "ReacquisitionConstants.likeness": Double(ReacquisitionConstants.likeness),
        "BackgroundConstants.enough": Double(BackgroundConstants.enough),
        "MotionConstants.halfTrust": Double(MotionConstants.halfTrust),
        "FlowConstants.iterations": Double(FlowConstants.iterations),
        "PropagatorConstants.maximumPixels": Double(PropagatorConstants.maximumPixels),
    ]

    @Test func valuesInTheTableAreThoseInTheCode() throws {
        let table = try PropagationTable()
        #expect(Set(table.rows.map(\.name)) == Set(inCode.keys))
        for row in table.rows {
            let value = try #require(inCode[row.name])
            #expect(abs(value - row.value) <= 1e-6 * abs(value), "\(row.name)")
        }
    }
}
