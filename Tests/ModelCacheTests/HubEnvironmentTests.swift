import Foundation
import ModelCache
import TestSupport
import Testing

/// If these fail, models are searched elsewhere than by the hub's own tools, or another user's token is sent.
struct HubEnvironmentTests {
    @Test(arguments: [
        (["HOME": "/h"], "/h/.cache/huggingface/hub"),
        (["HOME": "/h", "XDG_CACHE_HOME": "/x"], "/x/huggingface/hub"),
        (["HOME": "/h", "XDG_CACHE_HOME": "/x", "HF_HOME": "~/hf"], "/h/hf/hub"),
        (["HOME": "/h", "HF_HOME": "/f", "HUGGINGFACE_HUB_CACHE": "/old"], "/old"),
        (["HOME": "/h", "HF_HOME": "/f", "HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "$D/${D}/$E", "D": "d"], "d/d/$E"),
        (["HOME": "/h", "HF_HOME": "", "HF_HUB_CACHE": ""], "/h/.cache/huggingface/hub"),
    ])
    func theCacheIsWhereTheVariablesSay(_ variables: [String: String], _ folder: String) {
        #expect(HubEnvironment(variables).cacheFolder == folder)
    }

    @Test func theTokenComesFromAVariableOrTheFile() throws {
        try withTemporaryDirectory { folder in
            try "hf_file\n".write(to: folder.appending(path: "token"), atomically: true, encoding: .utf8)
            let home = ["HF_HOME": folder.path]
            #expect(HubEnvironment(home).token == "hf_file")
            #expect(HubEnvironment(home.merging(["HF_TOKEN": " hf_variable "]) { $1 }).token == "hf_variable")
            #expect(HubEnvironment(home.merging(["HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]) { $1 }).token == nil)
            #expect(HubEnvironment(["HF_TOKEN_PATH": folder.appending(path: "none").path]).token == nil)
        }
    }

    @Test func otherSettings() {
        #expect(HubEnvironment([:]).endpoint == "https://huggingface.co" && !HubEnvironment([:]).isOffline)
        #expect(HubEnvironment(["HF_ENDPOINT": "http://mirror/hf//"]).endpoint == "http://mirror/hf")
        #expect(HubEnvironment(["HF_HUB_OFFLINE": "true"]).isOffline && HubEnvironment(["TRANSFORMERS_OFFLINE": "1"]).isOffline)
        #expect(!HubEnvironment(["HF_HUB_OFFLINE": "0"]).isOffline)
    }
}
