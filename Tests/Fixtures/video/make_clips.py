#!/usr/bin/env python3
"""Makes the clips in this folder with the ffmpeg program, and what the tests expect of them.

Needs ffmpeg and ffprobe (made with 5.1, with libx264 and libx265). For each clip NAME.ext it writes NAME.frames.png: all
frames, one below the other, each taken by `-vf select=eq(n\\,K)` and converted to RGB by ffmpeg; and, for all clips,
expected.json: size, frame rate, duration and times, from ffprobe.
"""
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
FLAGS = "accurate_rnd+full_chroma_int+bicubic"
QUIET = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-bitexact"]


def ffmpeg(*arguments):
    subprocess.run(QUIET + [str(a) for a in arguments], check=True)


def source(frames, size="64x48", rate=10):
    return ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={frames / rate}"]


def probe(path):
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_frames", "-show_streams", "-show_format", "-of", "json", path],
        check=True, capture_output=True).stdout
    return json.loads(answer)


def make(scratch):
    x264 = ["-c:v", "libx264", "-preset", "slow", "-pix_fmt", "yuv420p", "-threads", 1]
    bare = ["-fflags", "+bitexact", "-flags:v", "+bitexact"]
    # B-frames: the order of packets is not the order of frames.
    ffmpeg(*source(16), *x264, "-bf", 3, "-g", 12, "-movflags", "+faststart", *bare, HERE / "h264_bframes.mp4")
    # A camera held sideways: stored 64x48, shown 48x64.
    ffmpeg("-i", HERE / "h264_bframes.mp4", "-c", "copy", "-metadata:s:v:0", "rotate=90", *bare, HERE / "rotated90.mp4")
    # The other turns, in the stream itself.
    ffmpeg("-i", HERE / "h264_bframes.mp4", "-c", "copy", *bare,
           "-bsf:v", "h264_metadata=display_orientation=insert:rotate=270:flip=horizontal", HERE / "turned270mirrored.mp4")
    ffmpeg("-i", HERE / "h264_bframes.mp4", "-c", "copy", *bare,
           "-bsf:v", "h264_metadata=display_orientation=insert:flip=vertical", HERE / "mirrored.mkv")
    ffmpeg(*source(12), "-vf", "setsar=2", "-c:v", "mpeg4", "-bf", 2, "-q:v", 3, *bare, HERE / "mpeg4_wide_pixels.avi")
    ffmpeg(*source(12), "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", 4, *bare, HERE / "mjpeg.avi")
    ffmpeg(*source(10), "-vf", "scale=out_color_matrix=bt709", "-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-colorspace", "bt709",
           "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-x265-params", "log-level=none:pools=1", *bare,
           HERE / "hevc10_bt709.mkv")
    ffmpeg(*source(10), "-vf", "format=gray", "-c:v", "ffv1", *bare, HERE / "ffv1_grey.mkv")
    ffmpeg(*source(10), "-vf", "format=gray10le", "-c:v", "ffv1", *bare, HERE / "ffv1_grey10.mkv")
    ffmpeg(*source(6), "-vf", "format=bgra,colorchannelmixer=aa=0.5", "-c:v", "ffv1", *bare, HERE / "ffv1_alpha.mkv")
    # A transport stream as cameras send it: sound first, a start time that is not 0, no frame count.
    ffmpeg(*source(14), "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=8000:duration=1.4", *x264, "-g", 7, "-bf", 2,
           "-c:a", "mp2", "-ar", 16000, "-b:a", "16k", *bare, HERE / "sound.ts")
    # Cut without encoding again: an edit list hides the frames before the cut and some at the end.
    ffmpeg(*source(24), *x264, "-bf", 2, "-g", 8, *bare, scratch / "long.mp4")
    ffmpeg("-ss", "0.5", "-t", "1.2", "-i", scratch / "long.mp4", "-c", "copy", *bare, HERE / "edit_list.mp4")
    # Frames at uneven times.
    ffmpeg(*source(8), "-vf", "setpts='(N*N+3*N)*0.05/TB'", "-vsync", "vfr", *x264, *bare, HERE / "uneven_times.mp4")
    # No container, so no times at all.
    ffmpeg(*source(9, rate=25), *x264, "-bf", 0, *bare, HERE / "raw.h264")
    # Several key frames, so that a reader can begin in the middle: closed groups in three containers ...
    closed = ["-bf", 2, "-g", 5, "-sc_threshold", 0]
    ffmpeg(*source(18), *x264, *closed, *bare, HERE / "groups.mp4")
    ffmpeg("-i", HERE / "groups.mp4", "-c", "copy", *bare, HERE / "groups.mkv")
    ffmpeg("-i", HERE / "groups.mp4", "-c", "copy", *bare, HERE / "groups.ts")
    # ... groups whose first pictures need the group before, H.264 and HEVC ...
    ffmpeg(*source(18), *x264, *closed, "-x264-params", "open-gop=1", *bare, HERE / "open_groups.mp4")
    x265 = ["-c:v", "libx265", "-pix_fmt", "yuv420p", "-x265-params",
            "log-level=none:pools=1:open-gop=1:keyint=6:min-keyint=6:scenecut=0:bframes=3:b-adapt=0"]
    ffmpeg(*source(18), *x265, *bare, HERE / "hevc_open_groups.mp4")
    ffmpeg("-i", HERE / "hevc_open_groups.mp4", "-c", "copy", *bare, HERE / "hevc_open_groups.ts")
    # ... packets that show nothing, and codecs of the web.
    vpx = ["-g", 6, "-auto-alt-ref", 1, "-lag-in-frames", 12, "-threads", 1, "-b:v", "60k"]
    ffmpeg(*source(18), "-c:v", "libvpx", *vpx, "-arnr-maxframes", 5, *bare, HERE / "vp8.webm")
    ffmpeg(*source(18), "-c:v", "libvpx-vp9", *vpx, *bare, HERE / "vp9.webm")
    ffmpeg(*source(12), "-c:v", "libaom-av1", "-cpu-used", 8, "-g", 6, "-threads", 1, "-b:v", "40k", *bare, HERE / "av1.mp4")
    # A picture that comes in little by little, without key frames after the first.
    ffmpeg(*source(14), *x264, "-bf", 0, "-g", 6, "-x264-params", "intra-refresh=1", *bare, HERE / "refreshed.mp4")
    # A transport stream taken up in the middle of a group, and of a packet.
    stream = (HERE / "groups.ts").read_bytes()
    (HERE / "joined_late.ts").write_bytes(stream[len(stream) // 4 + 50:])
    # Two fields a picture.
    fields = ["-vf", "interlace", "-fflags", "+bitexact", "-flags:v", "+bitexact+ilme+ildct"]
    ffmpeg(*source(16, rate=20), *x264, "-g", 4, *fields, HERE / "interlaced.mp4")
    ffmpeg(*source(16, rate=50), "-c:v", "mpeg2video", "-g", 4, "-bf", 2, "-q:v", 4, *fields, HERE / "interlaced_mpeg2.ts")
    # Full chroma; many bits; light measured for HDR screens (BT.2020, PQ).
    ffmpeg(*source(8), "-c:v", "libx264", "-pix_fmt", "yuv444p", "-threads", 1, "-g", 4, *bare, HERE / "h264_444.mp4")
    ffmpeg(*source(4), "-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le", "-alpha_bits", 8, *bare,
           HERE / "prores_4444.mov")
    ffmpeg(*source(8), "-vf", "scale=out_color_matrix=bt2020nc", "-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params",
           "log-level=none:pools=1:keyint=4:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc", *bare, HERE / "hevc_hdr.mp4")
    # Uneven times and sound, in a container that stores milliseconds.
    ffmpeg(*source(12), "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=8000:duration=3", "-vf", "setpts='(N*N*0.02+N*0.03)/TB'",
           "-vsync", "vfr", *x264, *closed, "-c:a", "libvorbis", "-shortest", *bare, HERE / "uneven_sound.mkv")
    # Not used frame by frame: two sizes in one stream, sound only, sound with a cover.
    ffmpeg(*source(5), *x264, "-bf", 0, *bare, scratch / "a.h264")
    ffmpeg(*source(5, size="80x64"), *x264, "-bf", 0, *bare, scratch / "b.h264")
    (HERE / "size_changes.h264").write_bytes((scratch / "a.h264").read_bytes() + (scratch / "b.h264").read_bytes())
    ffmpeg(*source(5), *x264, "-bf", 0, *bare, scratch / "a.ts")
    ffmpeg(*source(5, size="80x64"), *x264, "-bf", 0, *bare, scratch / "b.ts")
    (scratch / "parts.txt").write_text("file a.ts\nfile b.ts\n")
    ffmpeg("-f", "concat", "-i", scratch / "parts.txt", "-c", "copy", *bare, HERE / "size_changes.ts")
    ffmpeg("-f", "lavfi", "-i", "sine=duration=0.2:sample_rate=8000", "-c:a", "aac", "-b:a", "8k", *bare, HERE / "sound_only.m4a")
    ffmpeg(*source(1, size="16x16"), scratch / "cover.png")
    ffmpeg("-i", HERE / "sound_only.m4a", "-i", scratch / "cover.png", "-map", 0, "-map", 1, "-c", "copy",
           "-disposition:v:0", "attached_pic", *bare, HERE / "sound_with_cover.m4a")
    make_clocks(bare, scratch)


def make_clocks(bare, scratch):
    """groups.mp4 again, in containers that tell its times in other ways."""
    copy = ["-c", "copy", *bare]
    # No times of presentation, and a header that counts twice as many frames.
    ffmpeg("-i", HERE / "groups.mp4", *copy, HERE / "clocks_bframes.avi")
    # The wall clock; a clock that is far ahead; one that runs over after 33 bits.
    ffmpeg("-i", HERE / "groups.mp4", "-output_ts_offset", 1700000000, *copy, HERE / "clocks_wall.mkv")
    ffmpeg("-i", HERE / "groups.mp4", "-output_ts_offset", 5000, *copy, HERE / "clocks_later.ts")
    ffmpeg("-i", HERE / "groups.mp4", "-output_ts_offset", 95442, *copy, HERE / "clocks_wrap.ts")
    # Sound that goes on after the pictures.
    sine = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=8000:duration=4"]
    ffmpeg("-i", HERE / "groups.mp4", *sine, "-c:v", "copy", "-c:a", "libvorbis", *bare, HERE / "clocks_sound.mkv")
    ffmpeg("-i", HERE / "groups.mp4", *sine, "-c:v", "copy", "-c:a", "aac", "-b:a", "8k", *bare, HERE / "clocks_sound.mp4")
    # Times that come in pairs.
    ffmpeg(*source(12), "-c:v", "mjpeg", "-q:v", 8, scratch / "even.mkv")
    ffmpeg("-i", scratch / "even.mkv", "-c", "copy", "-bsf:v", "setts=ts=floor(N/2)*200", *bare, HERE / "clocks_pairs.mkv")
    # Fragments, as recorders write that may lose power.
    ffmpeg("-i", HERE / "groups.mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof", *copy, HERE / "fragments.mp4")
    # Held upside down.
    ffmpeg("-i", HERE / "h264_bframes.mp4", "-metadata:s:v:0", "rotate=180", *copy, HERE / "rotated180.mp4")


FRAME_BY_FRAME = [
    "h264_bframes.mp4", "rotated90.mp4", "turned270mirrored.mp4", "mirrored.mkv", "mpeg4_wide_pixels.avi", "mjpeg.avi", "hevc10_bt709.mkv",
    "ffv1_grey.mkv", "ffv1_grey10.mkv", "ffv1_alpha.mkv", "sound.ts", "edit_list.mp4", "uneven_times.mp4", "raw.h264",
    "groups.mp4", "groups.mkv", "groups.ts", "open_groups.mp4", "hevc_open_groups.mp4", "hevc_open_groups.ts", "vp8.webm", "vp9.webm",
    "av1.mp4", "refreshed.mp4", "joined_late.ts", "interlaced.mp4", "interlaced_mpeg2.ts", "h264_444.mp4", "prores_4444.mov",
    "hevc_hdr.mp4", "uneven_sound.mkv",
]

# A rotation set by a frame holds until another is set; ffmpeg 5.1 drops it at the next frame, and restarts its count of frames.
# These are h264_bframes.mp4 but for the turn, so their frames are taken from there and turned by name.
TURNED = {"turned270mirrored.mp4": "transpose=clock_flip,", "mirrored.mkv": "vflip,"}


def expect(name, scratch):
    path = HERE / name
    found = probe(path)
    stream = found["streams"][0]
    pictures = []
    while True:
        taken = scratch / "frame.raw"
        taken.unlink(missing_ok=True)
        k = len(pictures)
        ffmpeg("-i", HERE / "h264_bframes.mp4" if name in TURNED else path, "-map", "0:v:0", "-frames:v", 1,
               "-vf", f"select=eq(n\\,{k}),{TURNED.get(name, '')}scale=flags={FLAGS},format=rgb24", "-f", "rawvideo", taken)
        if not taken.exists() or taken.stat().st_size == 0:
            break
        pictures.append(taken.read_bytes())
    turned = "90" in name or "270" in name
    width, height = (stream["height"], stream["width"]) if turned else (stream["width"], stream["height"])
    assert all(len(p) == width * height * 3 for p in pictures), name
    (scratch / "all.raw").write_bytes(b"".join(pictures))
    ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height * len(pictures)}", "-i", scratch / "all.raw",
           "-frames:v", 1, "-pred", "mixed", (path.parent / (path.stem + ".frames.png")))
    over, under = map(int, stream["avg_frame_rate"].split("/"))
    start = float(found["format"].get("start_time", 0))
    times = []
    for frame in found["frames"]:  # a frame without a time comes one frame after the one before
        told = frame.get("best_effort_timestamp_time")
        times.append(round(float(told) - start if told else (times[-1] + under / over if times else 0), 6))
    if path.suffix == ".avi":  # without times of presentation, ffprobe tells when a frame leaves the decoder
        times = [round(time - times[0], 6) for time in times]
    assert len(times) == len(pictures), (name, len(times), len(pictures))
    return {
        "clip": name, "width": width, "height": height, "frameRate": over / under, "frames": len(pictures),
        "declaredFrames": int(stream["nb_frames"]) if "nb_frames" in stream else None, "times": times,
    }


def main():
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        make(scratch)
        expected = [expect(name, scratch) for name in FRAME_BY_FRAME]
    (HERE / "expected.json").write_text("[\n" + ",\n".join(json.dumps(e) for e in expected) + "\n]\n")


main()
