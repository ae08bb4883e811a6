#pragma once
#include <errno.h>
#include <string.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// Macros Swift cannot import, and calls whose names changed between FFmpeg 5, 6 and 7.

/// The decoder wants another packet first (AVERROR(EAGAIN)).
static inline int cffmpeg_error_again(void) { return AVERROR(EAGAIN); }

/// The end of the stream (AVERROR_EOF).
static inline int cffmpeg_error_end(void) { return AVERROR_EOF; }

/// FFmpeg's return code when it cannot allocate (AVERROR(ENOMEM)).
static inline int cffmpeg_error_memory(void) { return AVERROR(ENOMEM); }

/// The errno inside an FFmpeg error code; 0 or less when the code is one of FFmpeg's own.
static inline int cffmpeg_errno(int code) { return AVUNERROR(code); }

/// The timestamp that means "none" (AV_NOPTS_VALUE).
static inline int64_t cffmpeg_no_timestamp(void) { return AV_NOPTS_VALUE; }

/// Flags of pixel conversion. Sizes stay equal, so the filter only serves subsampled chroma, which the other two keep
/// in full precision. (Macros before FFmpeg 8, an enum since.)
static inline int cffmpeg_scaler_flags(void) { return SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT; }

/// The encoder's flag for a fixed quality.
static inline int cffmpeg_flag_fixed_quality(void) { return AV_CODEC_FLAG_QSCALE; }

/// The encoder's flag for containers that keep its headers apart from the packets.
static inline int cffmpeg_flag_global_header(void) { return AV_CODEC_FLAG_GLOBAL_HEADER; }

/// The quality number an encoder takes for quantiser `q` (FF_QP2LAMBDA).
static inline int cffmpeg_quality(int q) { return FF_QP2LAMBDA * q; }

/// The 3 x 3 display matrix of a stream; NULL when it has none.
static inline const int32_t *cffmpeg_stream_display_matrix(const AVStream *stream) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    const AVPacketSideData *data = av_packet_side_data_get(
        stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    return data && data->size >= 9 * sizeof(int32_t) ? (const int32_t *)data->data : NULL;
#else
    size_t size = 0;
    const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    return data && size >= 9 * sizeof(int32_t) ? (const int32_t *)data : NULL;
#endif
}

/// The 3 x 3 display matrix of a frame; NULL when it has none.
static inline const int32_t *cffmpeg_frame_display_matrix(const AVFrame *frame) {
    const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
    return data && data->size >= 9 * sizeof(int32_t) ? (const int32_t *)data->data : NULL;
}

/// True if a frame says that it is woven from two fields (a member before FFmpeg 6.1, a flag since).
static inline int cffmpeg_frame_is_interlaced(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
    return (frame->flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
    return frame->interlaced_frame;
#endif
}

/// Gives every picture buffer of a decoder the starting value in `opaque` (0...255), so that rows which the decoder
/// did not write can be told from rows it did.
static inline int cffmpeg_get_filled_buffer(AVCodecContext *context, AVFrame *frame, int flags) {
    int code = avcodec_default_get_buffer2(context, frame, flags);
    if (code < 0 || !frame->buf[0]) return code;
    memset(frame->buf[0]->data, (int)(intptr_t)context->opaque, frame->buf[0]->size);
    return code;
}

/// Makes `context` start every picture buffer with `value`.
static inline void cffmpeg_fill_buffers(AVCodecContext *context, uint8_t value) {
    context->opaque = (void *)(intptr_t)value;
    context->get_buffer2 = cffmpeg_get_filled_buffer;
}

/// A new anonymous file in memory; -1 with errno where there is no room for it. Its declaration in <sys/mman.h> is hidden
/// from modules, which are compiled without _GNU_SOURCE.
extern int memfd_create(const char *name, unsigned flags);

static inline int cffmpeg_memory_file(void) { return memfd_create("clip", 1 /* MFD_CLOEXEC */); }
