// Attention, compiled for each instruction set from one body; see AttentionKernels.h.
#include "AttentionKernels.h"
#include <math.h>
#include <string.h>

// Vectors are passed only between functions that are always inlined, so their calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

// Independent sums: two units of a latency of four cycles are kept busy, and registers suffice everywhere.
#define CHAINS 8

// Bytes ahead to ask memory for: the machine's own guesses end at each page (measured: a quarter faster, with large pages
// a third; 1024 to 8192 make no difference).
#define LOOKAHEAD 2048

typedef float Eight __attribute__((vector_size(32)));

// To the nearest, ties to even: adding a half of the last place that stays, or below the smallest normal number a number
// whose last place is a subnormal's, lets carries and single precision's own rounding do it.
static uint16_t half_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint16_t sign = bits >> 16 & 0x8000;
    float magnitude = fabsf(value);
    if (magnitude != magnitude) return sign | 0x7e00;
    if (magnitude > 65504) return sign | 0x7bff;
    if (magnitude < 0x1p-14f) {
        float shifted = magnitude + 0.5f;
        memcpy(&bits, &shifted, sizeof bits);
        return sign | (uint16_t)(bits - 0x3f000000);
    }
    memcpy(&bits, &magnitude, sizeof bits);
    bits += 0xfff + (bits >> 13 & 1);
    return sign | (uint16_t)((bits - (112u << 23)) >> 13);
}

#define LANES 8
#define NAME(name) name##_portable
#if defined(__aarch64__)
typedef _Float16 Halves __attribute__((vector_size(16)));
INLINE Eight widened(const void *source) {
    Halves halves;
    memcpy(&halves, source, sizeof halves);
    return __builtin_convertvector(halves, Eight);
}
#else
INLINE Eight widened(const void *source) {
    Eight result;
    kernel_widen(source, KernelF16, (float *)&result, LANES);
    return result;
}
#endif
#define HALVES_TO_FLOATS(source) widened(source)
#define FLOATS_TO_HALVES(target, source)                                                                               \
    for (size_t lane = 0; lane < LANES; lane++) (target)[lane] = half_of((source)[lane])
#include "attention.inc"
#undef NAME
#undef HALVES_TO_FLOATS
#undef FLOATS_TO_HALVES

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define NAME(name) name##_avx2
#define HALVES_TO_FLOATS(source) (Vector_avx2)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i_u *)(source)))
// The number that may be none comes second: that is what a comparison with it gives.
#define FLOATS_TO_HALVES(target, source)                                                                               \
    _mm_storeu_si128((__m128i_u *)(target),                                                                            \
                     _mm256_cvtps_ph(_mm256_max_ps(_mm256_set1_ps(-65504),                                             \
                                                   _mm256_min_ps(_mm256_set1_ps(65504), _mm256_loadu_ps(source))),     \
                                     _MM_FROUND_TO_NEAREST_INT))
#include "attention.inc"
#undef NAME
#undef HALVES_TO_FLOATS
#undef FLOATS_TO_HALVES
#pragma clang attribute pop

#undef LANES
#define LANES 16
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#define NAME(name) name##_avx512
#define HALVES_TO_FLOATS(source) (Vector_avx512)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i_u *)(source)))
#define FLOATS_TO_HALVES(target, source)                                                                               \
    _mm256_storeu_si256((__m256i_u *)(target),                                                                         \
                        _mm512_cvtps_ph(_mm512_max_ps(_mm512_set1_ps(-65504),                                          \
                                                      _mm512_min_ps(_mm512_set1_ps(65504), _mm512_loadu_ps(source))),  \
                                        _MM_FROUND_TO_NEAREST_INT))
#include "attention.inc"
#undef NAME
#pragma clang attribute pop
#endif

void kernel_attend(KernelInstructionSet set, const KernelAttention *sizes, const float *queries, const void *keys,
                   const void *values, float *scores, float *output, float *top, float *total) {
    switch (set) {
#if defined(__x86_64__)
    case KernelAVX2: attend_avx2(sizes, queries, keys, values, scores, output, top, total); break;
    case KernelAVX512: attend_avx512(sizes, queries, keys, values, scores, output, top, total); break;
#endif
    default: attend_portable(sizes, queries, keys, values, scores, output, top, total);
    }
}

void kernel_narrow(KernelInstructionSet set, const float *source, uint16_t *target, size_t count) {
    switch (set) {
#if defined(__x86_64__)
    case KernelAVX2: narrow_avx2(source, target, count); break;
    case KernelAVX512: narrow_avx512(source, target, count); break;
#endif
    default: narrow_portable(source, target, count);
    }
}
