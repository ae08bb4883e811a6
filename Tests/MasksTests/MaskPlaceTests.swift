import Foundation
import Imaging
import Masks
import TestSupport
import Testing

/// If these fail, users must know which of an export's folders to give, or get another clip's masks.
@Suite struct MaskPlaceTests {
    private let box = Data("1,1,2,2,5,5,1\n2,1,2,2,5,5,1\n".utf8)

    @Test(arguments: ["", "Annotations", "Annotations/480p"]) func theFolderNamedLikeTheClip(root: String) throws {
        try MaskFolderBuilder.run { builder in
            for clip in ["walk", "run"] { try builder.add("Annotations/480p/\(clip)/00000.png", objects: [1, 2]) }
            try builder.add("JPEGImages/480p/walk/00000.jpg", Data())
            let source = try builder.open(root, clip: "walk")
            #expect(source.path.hasSuffix("Annotations/480p/walk") && source.tracks.count == 2)
            #expect(source.notes.count == 1)
            #expect(builder.error(root, clip: "jump") != nil)
        }
    }

    /// One object per folder is read as such, unless the folder is named like the clip and others have other frames.
    @Test func foldersOfObjects() throws {
        try MaskFolderBuilder.run { builder in
            try builder.add(["walk/00000.png", "dog/00000.png", "dog/00001.png"])
            #expect(try builder.open(clip: "walk").tracks.map(\.id) == [.number(1)])
            #expect(try builder.open(clip: "other").tracks.map(\.id) == [.name("dog"), .name("walk")])
            #expect(try builder.open(clip: "walk") { $0.format = .objectPNG }.tracks.count == 2)
        }
    }

    /// A clip named like one of several objects.
    @Test(arguments: [["1", "2", "3"], ["001", "002"], ["walk", "dog"]]) func anObjectsFolderNamedLikeTheClip(objects: [String]) throws {
        try MaskFolderBuilder.run { builder in
            for object in objects { try builder.add(["\(object)/00000.png", "\(object)/00001.png"]) }
            // Objects named by numbers need not have the same frames.
            if objects[0] != "walk" { try builder.add("\(objects[0])/00002.png") }
            let error = try #require(builder.error(clip: objects[0]))
            #expect(error.contains("\(objects[0]), named like the clip, among \(objects.count) folders with masks of one object each"))
            #expect(error.contains("--masks-format per-object-png") && error.contains("/\(objects[0]) for the masks of that folder"))
            #expect(try builder.open(clip: objects[0]) { $0.format = .objectPNG }.tracks.count == objects.count)
            #expect(try builder.open(clip: objects[0]) { $0.format = .binaryPNG }.tracks.count == 1)
            #expect(try builder.open(objects[0], clip: objects[0]).tracks.count == 1)
            #expect(try builder.open(clip: "other").tracks.count == objects.count)
            // Several objects in one folder, or other pictures, mean clips.
            try builder.add("\(objects[1])/00000.png", objects: [1, 2])
            #expect(try builder.open(clip: objects[0]).tracks.count == 1)
        }
    }

    /// Masks named like stills are matched with them, wherever they are found.
    @Test func namesOfStillsCountInSubfoldersToo() throws {
        try MaskFolderBuilder.run { builder in
            try builder.add(["Annotations/walk/00002.png", "Annotations/walk/00003.png"])
            let source = try builder.open(stills: names(1...9, ending: ".jpg"), clip: "walk")
            #expect(source.annotatedFrames == [1, 2] && source.isPlaced)
        }
    }

    @Test func twoFoldersNamedLikeTheClip() throws {
        try MaskFolderBuilder.run { builder in
            try builder.add(["480p/walk/00000.png", "1080p/walk/00000.png"])
            #expect(builder.error(clip: "walk")?.contains("both named like the clip") == true)
        }
    }

    @Test func exports() throws {
        try MaskFolderBuilder.run { builder in
            try builder.add("mot/gt/gt.txt", box)
            try builder.add("mot/gt/labels.txt", Data("person\n".utf8))
            #expect(try builder.open("mot").format == .motChallenge)
            #expect(try builder.open("mot/gt").format == .motChallenge)
            try builder.add("voc/SegmentationObject/a_0.png", objects: [1, 2])
            try builder.add("voc/SegmentationClass/a_0.png", objects: [3])
            try builder.add("voc/ImageSets/Segmentation/default.txt", Data("a_0\n".utf8))
            #expect(try builder.open("voc").tracks.count == 2)
            let coco = #"{"images":[{"id":1,"width":9,"height":9,"file_name":"0.jpg"}],"#
                + #""annotations":[{"id":1,"image_id":1,"bbox":[1,1,5,5]}]}"#
            try builder.add("coco/annotations/instances_default.json", Data(coco.utf8))
            try builder.add("coco/images/0.png", objects: [1])
            #expect(try builder.open("coco").format == .coco)
            try builder.add("one/labels/00000.png", objects: [1, 2])
            #expect(try builder.open("one").tracks.count == 2)
            try builder.add("two/a.txt", box)
            try builder.add("two/b.txt", box)
            #expect(builder.error("two")?.contains("a.txt and b.txt, which hold masks") == true)
        }
    }

    /// Sequences and folders of objects in a folder named like the clip, among others.
    @Test func placesInTheFolderNamedLikeTheClip() throws {
        try MaskFolderBuilder.run { builder in
            for clip in ["clip", "other"] { try builder.add("MOT17/train/\(clip)/gt/gt.txt", box) }
            for root in ["MOT17", "MOT17/train"] {
                let source = try builder.open(root, clip: "clip")
                #expect(source.format == .motChallenge && source.path.hasSuffix("train/clip/gt/gt.txt") && !source.notes.isEmpty)
            }
            try builder.add(["sam/clip/000/00000.png", "sam/clip/001/00000.png", "sam/other/000/00000.png"])
            let objects = try builder.open("sam", clip: "clip")
            #expect(objects.tracks.map(\.id) == [.number(0), .number(1)] && objects.path.hasSuffix("sam/clip"))
        }
    }

    @Test func sameFileNamesInSeveralFolders() throws {
        try MaskFolderBuilder.run { builder in
            for split in ["train", "valid"] { try builder.add("\(split)/boxes.txt", box) }
            #expect(builder.error()?.contains("train/boxes.txt and valid/boxes.txt, which hold masks") == true)
        }
    }

    /// Files that macOS adds to archives.
    @Test func systemFoldersAreIgnored() throws {
        try MaskFolderBuilder.run { builder in
            try builder.add(["1/00000.png", "2/00000.png"])
            try FileManager.default.createDirectory(at: builder.folder.appending(path: "__MACOSX"), withIntermediateDirectories: false)
            #expect(try builder.open().tracks.count == 2)
        }
    }

    @Test func unsupportedFormats() throws {
        try MaskFolderBuilder.run { builder in
            try builder.add("yolo/labels/train/clip_1.txt", Data("0 0.125 0.75 0.125 0.25 0.5\n".utf8))
            #expect(builder.error("yolo")?.contains("boxes in parts of the picture, and no clip") == true)
            let clip = ClipFacts(size: PictureSize(width: 64, height: 48))
            let untracked = #expect(throws: MaskError.self) {
                try MaskSources.open(builder.folder.appending(path: "yolo").path, clip: clip)
            }
            #expect(untracked?.description.contains("found detections without identities, expected tracks") == true)
            try builder.add("yolo/labels/train/clip_1.txt", Data("0 0.125 0.75 0.125 0.25 1\n".utf8))
            try builder.add("yolo/labels/train/clip_2.txt", Data("0 0.125 0.75 0.125 0.25 7\n".utf8))
            #expect(
                try MaskSources.open(builder.folder.appending(path: "yolo").path, clip: clip).tracks.map(\.id)
                    == [.number(1), .number(7)])
            try builder.add("cvat/annotations.xml", Data("<?xml version=\"1.0\"?>\n<annotations></annotations>".utf8))
            #expect(builder.error("cvat")?.contains("found empty masks") == true)
            try builder.add("labelme/00000.json", Data(#"{"shapes":[],"imagePath":"00000.jpg"}"#.utf8))
            #expect(builder.error("labelme")?.contains("found empty masks") == true)
            try builder.add("voc/00000.xml", Data("<annotation><object/></annotation>".utf8))
            #expect(builder.error("voc")?.contains("found Pascal VOC's XML, which is not read") == true)
        }
    }
}
