/// A published data set of regions to caption.
package enum OutputsTask: String, CaseIterable, Sendable {
    /// DLC-Bench: COCO annotations.
    case dlc
    /// Class names of objects, and of objects and their parts: the lists of Osprey's evaluation, or COCO annotations.
    case lvis, paco
    /// Phrases of Flickr30k Entities: its folder, or one COCO file of phrases.
    case flickr
    /// Ref-L4: boxes with long expressions.
    case refl4
    /// HC-STVG: a person's boxes in a clip.
    case hcstvg
    /// VideoRefer-Bench-D: an object's masks in some frames of a clip.
    case videorefer

    /// True for data sets of clips.
    package var isOfClips: Bool { self == .hcstvg || self == .videorefer }

    /// The question to a region model, without image placeholders, which are added for each model.
    package var regionQuestion: String {
        switch self {
        case .dlc: DLCCaptioning.Query.image
        case .lvis: "What is the category of the masked region? Answer with one word or phrase."
        case .paco:
            "What is the category of the masked region? It may be a part of an object; answer with the object, or with object:part."
        case .flickr: "Describe the masked region in a short phrase."
        case .refl4: "Describe the masked region in detail."
        case .hcstvg: "Given the video in the form of a sequence of frames above, describe the person in the masked region in one sentence."
        case .videorefer:
            "Given the video in the form of a sequence of frames above, describe the object in the masked region in the video in detail."
        }
    }

    /// The question to a general model about "the object", which the preceding text identifies.
    package var question: String {
        switch self {
        case .dlc, .refl4: "Describe this object in detail, and nothing else."
        case .lvis: "What is the category of this object? Answer with one word or phrase."
        case .paco: "What is the category of this object? It may be a part of an object; answer with the object, or with object:part."
        case .flickr: "Describe this object in a short phrase."
        case .hcstvg: "Describe this person, with what he or she does in the video, in one sentence."
        case .videorefer: "Describe this object, with what it does in the video, in detail, and nothing else."
        }
    }
}
