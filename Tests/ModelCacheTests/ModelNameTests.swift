import ModelCache
import Testing

/// If these fail, a name is not understood, or leads out of the cache.
struct ModelNameTests {
    @Test func namesAndRevisionsAreParsed() throws {
        let plain = try #require(ModelName("nvidia/DAM-3B-Video")), pinned = try #require(ModelName("a.b/c_d@refs/pr/1"))
        #expect(plain.identifier == "nvidia/DAM-3B-Video" && plain.revision == nil && plain.folder == "models--nvidia--DAM-3B-Video")
        #expect(pinned.identifier == "a.b/c_d" && pinned.revision == "refs/pr/1" && "\(pinned)" == "a.b/c_d@refs/pr/1")
        #expect(ModelName(folder: plain.folder) == plain && ModelName(folder: "datasets--a--b") == nil)
    }

    @Test(arguments: [
        "", "a", "a/", "/a", "a/b/c", "../b", "a/..", "./b", "a/b--c", "a/b..c", "a/.b", "a b/c", "a/b@", "a/b@../c", "a/b@/c", "a/b@c//d",
        "a/b\n", "a/b@.git", "a\0/b", "a/b@x y", "-a/b",
    ])
    func refusesInvalidNames(_ text: String) { #expect(ModelName(text) == nil) }

    @Test func shortNamesMeanRecommendedModels() throws {
        for (short, full) in [
            ("dam-3b-video", "nvidia/DAM-3B-Video"), ("sam2.1-tiny", "facebook/sam2.1-hiera-tiny"),
            ("RF-DETR-seg-small", "Roboflow/rf-detr-seg-small"),
        ] {
            #expect(ModelName(short)?.identifier == full)
        }
        #expect(ModelName("sam2.1-tiny@v2")?.description == "facebook/sam2.1-hiera-tiny@v2")
        #expect(RecommendedModel.all.count == 9 && RecommendedModel.named("dam-3b-video")?.licence.isNonCommercial == true)
    }

    @Test(arguments: [
        ("cc-by-nc-4.0", nil, true), ("other", "nvidia-non-commercial-license", true), ("other", "NonCommercial terms", true),
        ("apache-2.0", nil, false), ("other", "nvidia-open-model-license", false), ("mit", "encrypted", false),
    ] as [(String, String?, Bool)])
    func nonCommercialLicencesAreKnown(_ identifier: String, _ name: String?, _ isNonCommercial: Bool) {
        #expect(ModelLicence(identifier: identifier, name: name, link: nil)?.isNonCommercial == isNonCommercial)
    }
}
