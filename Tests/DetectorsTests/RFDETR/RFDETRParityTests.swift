import Detectors
import Imaging
import Tensors
import Testing

/// Each stage of RF-DETR against transformers: if these fail, objects are missed, misplaced or misnamed.
struct RFDETRParityTests {
    @Test(arguments: RFDETRGoldens.names)
    func preprocessing(name: String) throws {
        let golden = try RFDETRGoldens(name)
        try golden.expect(golden.detector.preparation(try golden.picture()), equals: "pixels", within: 1e-6)
    }

    @Test(arguments: RFDETRGoldens.names)
    func features(name: String) throws {
        let golden = try RFDETRGoldens(name)
        let maps = golden.model.backboneFeatures(try golden.tensor("pixels"))
        try golden.expect(maps, equals: "backbone")
        try golden.expect(golden.model.features(maps), equals: "projector")
    }

    @Test(arguments: RFDETRGoldens.names)
    func proposals(name: String) throws {
        let golden = try RFDETRGoldens(name)
        let features = golden.model.features(golden.model.backboneFeatures(try golden.tensor("pixels")))
        let proposals = golden.model.proposals(features)
        try golden.expect(proposals.states, equals: "proposal_states")
        try golden.expect(proposals.boxes, equals: "proposal_boxes")
        try golden.expect(golden.model.referencePoints(proposals), equals: "reference_points")
    }

    @Test(arguments: RFDETRGoldens.names)
    func predictions(name: String) throws {
        let golden = try RFDETRGoldens(name)
        let prediction = golden.model(try golden.tensor("pixels"))
        try golden.expect(prediction.logits, equals: "logits")
        try golden.expect(prediction.boxes, equals: "boxes")
        #expect((prediction.masks != nil) == name.hasPrefix("seg"))
        if let masks = prediction.masks { try golden.expect(masks, equals: "masks") }
    }
}
