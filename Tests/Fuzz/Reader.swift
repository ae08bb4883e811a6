import DAMVideo
import DescribeAnything
import Detectors
import Foundation
import Imaging
import LanguageModels
import Masks
import Media
import SegmentAnything
import Tensors

/// Readers of user files, each as a function that reads a whole file. They throw for invalid files; the fuzzer looks for traps,
/// address errors and hangs.
enum Reader: String, CaseIterable {
    /// Masks in one file: COCO, YouTube-VIS, run-length JSON, SA-V, MOTS, MOTChallenge.
    case masks
    /// Detections in one file: MOTChallenge, COCO, supervision, CVAT, Label Studio, labelme, VideoRefer, Ultralytics.
    case detections
    /// A NumPy array as a label image.
    case array
    /// Masks as a folder of PNGs.
    case labels
    /// Run lengths only.
    case runs
    /// A picture, as read by `describe`.
    case picture
    /// A clip: index, frames, and frames after a seek.
    case clip
    case safetensors
    /// A checkpoint of PyTorch: zip and pickle.
    case torch
    /// A SentencePiece model, and text tokenized with it.
    case sentencepiece
    /// A tokenizer's configuration.
    case tokenizer
    /// A language model's configuration.
    case configuration
    /// A detector as an ONNX file.
    case onnx
    /// Configuration, tensors and preprocessor of RF-DETR, selected by the input's first byte.
    case rfdetr
    /// A list of clips.
    case list
    /// JSON Lines of an earlier run.
    case lines

    /// - Parameter scratch: the file or folder for the bytes; its path does not indicate a format.
    func read(_ bytes: [UInt8], in scratch: Scratch) throws {
        switch self {
        case .masks: try masks(at: scratch.file(bytes))
        case .detections:
            let path = try scratch.file(bytes), clip = ClipFacts(name: "clip", size: PictureSize(width: 64, height: 48), frameCount: 6)
            // Without identities it is not a mask file, and both readers are to be tested.
            _ = try? DetectionSources.open(path, clip: clip)
            try masks(at: path, clip: clip)
        case .array: _ = try DetectionSources.open(scratch.folder("mask_data", file: "mask_00000.npy", bytes))
        case .labels: try masks(at: scratch.folder("labels", file: "00000.png", bytes))
        case .runs:
            let encoding = try JSONDecoder().decode(RunLengthEncoding.self, from: Data(bytes))
            // Masks larger than any clip are not decoded by the program either.
            if encoding.width * encoding.height < 1 << 24 { _ = encoding.mask }
        case .picture:
            let path = try scratch.file(bytes)
            _ = try? ImageDecoder.mask(path: path)
            _ = try ImageDecoder.rgbWithAlphaMask(path: path)
        case .clip: try clip(at: scratch.file(bytes))
        case .safetensors: try tensors(SafetensorsFile(path: scratch.file(bytes)).entries)
        case .torch: try tensors(TorchFile(path: scratch.file(bytes)).tensors)
        case .sentencepiece: try text(LlamaTokenizer(SentencePieceModel(bytes, path: "m"), LlamaTokenizerFiles()))
        case .tokenizer: try text(LlamaTokenizer(directory: scratch.model("tokenizer_config.json", bytes)))
        case .configuration: _ = try CheckpointInspection(directory: scratch.checkpoint("llm/config.json", bytes))
        case .onnx:
            let detector = try OnnxDetector(path: scratch.file(bytes), options: OnnxDetector.Options(family: nil, input: "32x32"))
            // A graph that can be read is also run, unless that takes long.
            if detector.cost.operations < 0x1p24 { _ = try detector(Self.grey, threshold: 0.1) }
        case .rfdetr:
            let files = ["config.json", "model.safetensors", "preprocessor_config.json"]
            let name = files[Int(bytes.first ?? 0) % files.count]
            let directory = try scratch.detector(name, Array(bytes.dropFirst()))
            _ = try? DetectorInspection(directory)
            let detector = try RFDETRDetector(directory: directory)
            if detector.cost.operations < 0x1p26 { _ = detector(Self.grey, threshold: 0.1) }
        case .list: _ = try ClipList(path: scratch.file(bytes)).pairs(masks: ["masks"])
        case .lines: _ = try ResumedRun(path: scratch.file(bytes))
        }
    }

    private static let grey = RGBImage(width: 40, height: 30, pixels: [UInt8](repeating: 120, count: 3600))

    private func masks(at path: String, clip: ClipFacts = ClipFacts(name: "clip")) throws {
        let source = try MaskSources.open(path, clip: clip)
        for track in source.tracks.prefix(8) {
            for appearance in track.appearances.prefix(8) { _ = try source.mask(of: track.id, at: appearance.frame) }
        }
    }

    private func clip(at path: String) throws {
        let clip = try VideoClip(path: path)
        let frames = try clip.frames()
        var count = 0
        while let frame = try frames.next(), count < 12 {
            _ = try frame.image()
            count += 1
        }
        let late = try clip.frames([count / 2, count] as [Int])
        while try late.next() != nil {}
    }

    private func tensors(_ entries: [String: StoredTensor]) throws {
        for tensor in entries.values.prefix(64) { _ = tensor.bytes.withUnsafeBytes { $0.reduce(0) { $0 &+ Int($1) } } }
    }

    private func text(_ tokenizer: LlamaTokenizer) throws {
        let text = "A man, \u{1F600} in <image>\n a red </s> coat."
        _ = tokenizer.decode(tokenizer.encode(text, addBOS: true), skippingSpecialTokens: false)
    }
}
