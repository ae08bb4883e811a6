// swift-tools-version: 6.2
import PackageDescription

/// Warnings stop the build where nobody is watching, and stay warnings on a user's machine with a newer compiler.
let settings: [SwiftSetting] = Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

/// A library target and those it may import; Tests/check-layout has the same arrows in one table.
func library(_ name: String, _ dependencies: [Target.Dependency] = [], excluding: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: excluding, swiftSettings: settings)
}

func tests(_ subject: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: subject + "Tests",
        dependencies: [.byName(name: subject), "TestSupport"] + dependencies,
        swiftSettings: settings)
}

/// Harnesses for libFuzzer, which brings the program's `main`: only where Tests/fuzz asks for them.
let fuzzing: [Target] = Context.environment["DAMVIDEO_FUZZ"] == nil ? [] : [
    .executableTarget(
        name: "Fuzz",
        dependencies: [
            "Imaging", "Media", "Masks", "Tensors", "LanguageModels", "DescribeAnything", "SegmentAnything", "Detectors",
            "DAMVideo",
        ],
        path: "Tests/Fuzz")
]

let package = Package(
    name: "damvideo",
    products: [
        .executable(name: "damvideo", targets: ["DAMVideoCLI"]),
        .library(name: "DAMVideo", targets: ["DAMVideo"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // A command of the package manager alone: no target depends on it.
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CFFmpeg", pkgConfig: "libavformat", providers: [
            .apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libavutil-dev"])
        ]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CPango", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev"])]),
        .target(name: "CKernels"),
        library("Parallelism", ["CKernels"]),
        library("Imaging"),
        library("Files", ["Imaging"]),
        library("ModelCache", ["Imaging", "Files"]),
        library("WebRequests", ["Imaging"]),
        library("ModelHub", ["Imaging", "Files", "ModelCache", "WebRequests"]),
        library("Tensors", ["Parallelism", "Imaging", "Files", "COpenBLAS", "CKernels"]),
        library("Media", ["Imaging", "Files", "CFFmpeg"]),
        library("Masks", ["Parallelism", "Imaging", "Files", "Media"]),
        library("LanguageModels", ["Parallelism", "Imaging", "Files", "Tensors"]),
        library("DescribeAnything", ["LanguageModels", "Parallelism", "Imaging", "Tensors"]),
        library("SegmentAnything", ["Parallelism", "Imaging", "Files", "Tensors"]),
        library("Detectors", ["Parallelism", "Imaging", "Files", "Tensors"]),
        library("ObjectTracking", ["Parallelism", "Imaging", "Media", "Masks", "SegmentAnything", "Detectors"]),
        library(
            "DAMVideo",
            [
                "Parallelism", "Imaging", "Files", "ModelCache", "Media", "Masks", "Tensors", "LanguageModels", "DescribeAnything",
                "SegmentAnything", "Detectors", "ObjectTracking",
            ],
            excluding: ["Documents/damvideo-1.schema.json"]),
        library("Presentation", ["Imaging", "Files", "Media", "Masks", "DescribeAnything", "DAMVideo", "CPango"]),
        library(
            "ModelTools",
            [
                "Imaging", "Files", "Media", "Masks", "Tensors", "LanguageModels", "DescribeAnything", "SegmentAnything",
                "Detectors", "ObjectTracking", "DAMVideo",
            ]),
        library(
            "Evaluation",
            ["Imaging", "Files", "Media", "Masks", "ObjectTracking", "DescribeAnything", "DAMVideo", "Presentation", "WebRequests"]),
        library(
            "Frigate",
            [
                "Imaging", "Files", "Media", "Masks", "ObjectTracking", "SegmentAnything", "DAMVideo", "WebRequests",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        library(
            "DataPipeline",
            [
                "Parallelism", "Imaging", "Files", "Media", "Masks", "Tensors", "LanguageModels", "DescribeAnything", "ObjectTracking",
                "DAMVideo", "Presentation", "Evaluation",
            ]),
        .target(name: "DAMVideoPage", resources: [.embedInCode("Resources")], swiftSettings: settings),
        .target(
            name: "DAMVideoServer",
            dependencies: [
                "Imaging", "Files", "Media", "Masks", "ObjectTracking", "SegmentAnything", "Detectors", "DescribeAnything",
                "LanguageModels", "DAMVideo", "Presentation", "DAMVideoPage",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            resources: [.embedInCode("openapi.yaml")],
            swiftSettings: settings),
        .executableTarget(
            name: "DAMVideoCLI",
            dependencies: [
                "Imaging", "Files", "Media", "Masks", "ObjectTracking", "SegmentAnything", "Detectors", "DescribeAnything",
                "DAMVideo", "Presentation", "ModelTools", "Evaluation", "DataPipeline", "ModelCache", "ModelHub",
                "DAMVideoServer", "Frigate",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        .target(name: "TestSupport", dependencies: ["CKernels"], path: "Tests/TestSupport", swiftSettings: settings),
        tests("Parallelism"),
        tests("Imaging"),
        tests("Files"),
        tests("ModelCache", ["Imaging"]),
        tests("ModelHub", ["Imaging", "ModelCache"]),
        tests("Frigate", ["Imaging", "Media", "Masks", "ObjectTracking", "DAMVideo"]),
        tests("Tensors", ["CKernels"]),
        tests("Media"),
        tests("Masks"),
        tests("ObjectTracking", ["Parallelism", "Imaging", "Media", "Masks", "Tensors", "SegmentAnything"]),
        tests("LanguageModels"),
        tests("DescribeAnything"),
        tests("SegmentAnything", ["Parallelism", "Imaging", "Tensors", "ModelTools"]),
        tests("Detectors", ["Imaging", "Tensors"]),
        tests("DAMVideo", ["Evaluation"]),
        tests("Presentation"),
        tests("ModelTools", ["Tensors"]),
        tests("Evaluation", ["Imaging", "Masks", "Media"]),
        tests("DataPipeline", ["Imaging", "Files", "Masks", "Media", "Tensors", "LanguageModels", "DescribeAnything", "DAMVideo", "Evaluation"]),
        tests(
            "DAMVideoServer",
            [
                "Imaging", "Media", "Masks", "ObjectTracking", "DAMVideo", .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        tests(
            "DAMVideoCLI",
            ["Files", "ModelHub", "Tensors", "Imaging", "Masks", "Media", "SegmentAnything", "ObjectTracking", "DescribeAnything"]),
    ] + fuzzing
)
