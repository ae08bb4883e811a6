/// Files of the server's web page, embedded in the program. A separate target, because compiling the byte arrays takes long (some
/// 17 s) and is only necessary when the page changes.
package enum PageFiles {
    /// Contents of a file by the name used in requests.
    package static func bytes(of name: String) -> [UInt8]? {
        switch name {
        case "index.html": PackageResources.index_html
        case "mark.svg": PackageResources.mark_svg
        case "base.css": PackageResources.base_css
        case "home.css": PackageResources.home_css
        case "clip.css": PackageResources.clip_css
        case "add.js": PackageResources.add_js
        case "api.js": PackageResources.api_js
        case "app.js": PackageResources.app_js
        case "clip.js": PackageResources.clip_js
        case "cliphead.js": PackageResources.cliphead_js
        case "colours.js": PackageResources.colours_js
        case "dialogs.js": PackageResources.dialogs_js
        case "dom.js": PackageResources.dom_js
        case "downloads.js": PackageResources.downloads_js
        case "library.js": PackageResources.library_js
        case "overlay.js": PackageResources.overlay_js
        case "picker.js": PackageResources.picker_js
        case "player.js": PackageResources.player_js
        case "search.js": PackageResources.search_js
        case "timeline.js": PackageResources.timeline_js
        case "tracks.js": PackageResources.tracks_js
        case "uploads.js": PackageResources.uploads_js
        case "words.js": PackageResources.words_js
        default: nil
        }
    }
}
