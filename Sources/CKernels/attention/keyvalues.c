// Rows of keys and values in half precision and 8 bits, compiled once for each instruction set from keyvalues.inc.
// AttentionKernels.h is the interface.
#include "../common.h"
#include "../dispatch.h"
#include "CKernels.h"
#include "keyvalues.h"
#include <math.h>

// Largest half-precision number.
#define LARGEST 65504

// Rounds to half precision, ties to even: adds half a unit in the last place, and lets the carry round. Subnormals instead are
// rounded by the addition of 0.5, whose last place is a subnormal's.
static uint16_t half_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint16_t sign = bits >> 16 & 0x8000;
    float magnitude = fabsf(value);
    if (magnitude != magnitude) return sign | 0x7e00;
    if (magnitude > LARGEST) return sign | 0x7bff;
    if (magnitude < 0x1p-14f) {
        float shifted = magnitude + 0.5f;
        memcpy(&bits, &shifted, sizeof bits);
        return sign | (uint16_t)(bits - 0x3f000000);
    }
    memcpy(&bits, &magnitude, sizeof bits);
    bits += 0xfff + (bits >> 13 & 1);
    return sign | (uint16_t)((bits - (112u << 23)) >> 13);
}

#define NAME(name) name##_portable
#define LANES 8
#define FLOATS_TO_HALVES(target, source)                                                                               \
    for (size_t lane = 0; lane < LANES; lane++) (target)[lane] = half_of((source)[lane])
#include "keyvalues.inc"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define NAME(name) name##_avx2
#define LANES 8
// Second operands may be NaN: min and max return the second operand then.
#define FLOATS_TO_HALVES(target, source)                                                                               \
    _mm_storeu_si128((__m128i_u *)(target),                                                                            \
                     _mm256_cvtps_ph(_mm256_max_ps(_mm256_set1_ps(-LARGEST),                                           \
                                                   _mm256_min_ps(_mm256_set1_ps(LARGEST), _mm256_loadu_ps(source))),   \
                                     _MM_FROUND_TO_NEAREST_INT))
#include "keyvalues.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#define NAME(name) name##_avx512
#define LANES 16
#define FLOATS_TO_HALVES(target, source)                                                                               \
    _mm256_storeu_si256((__m256i_u *)(target),                                                                         \
                        _mm512_cvtps_ph(_mm512_max_ps(_mm512_set1_ps(-LARGEST),                                        \
                                                      _mm512_min_ps(_mm512_set1_ps(LARGEST), _mm512_loadu_ps(source))),\
                                        _MM_FROUND_TO_NEAREST_INT))
#include "keyvalues.inc"
#pragma clang attribute pop
#endif

size_t kernel_row_bytes(KernelDataType type, size_t count) {
    switch (type) {
    case KernelF32: return 4 * count;
    case KernelQ8: return count + 2 * row_groups(count);
    default: return 2 * count;
    }
}

void kernel_narrow_row(KernelInstructionSet set, const float *source, KernelDataType type, void *target, size_t count) {
    switch (type) {
    case KernelF32: memcpy(target, source, count * sizeof(float)); break;
    case KernelQ8: DISPATCH(set, round_row, source, target, count); break;
    default: DISPATCH(set, halve_row, source, target, count);
    }
}

void kernel_widen_row(KernelInstructionSet set, const void *source, KernelDataType type, float *target, size_t count) {
    if (type == KernelQ8) {
        DISPATCH(set, widen_rounded, source, target, count);
    } else {
        kernel_widen(source, type, target, count);
    }
}
