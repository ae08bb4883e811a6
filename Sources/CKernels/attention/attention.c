// Attention of a few queries, compiled once for each instruction set from attention.inc. AttentionKernels.h is the interface.
#include "../common.h"
#include "../dispatch.h"
#include "CKernels.h"
#include "keyvalues.h"
#include <math.h>

// Independent sums: enough to hide a latency of four cycles on two units, and few enough for the registers of every set.
#define CHAINS 8

// Streams that values are read in side by side; keys that are not in 8 bits are read in CHAINS. The hardware prefetcher follows
// each stream. RowsAtOnce rows of each stay in L1 meanwhile. Measured on one core with AVX2, half precision: 15 GB/s, and 11
// with one stream.
enum { Places = 4, RowsAtOnce = 8 };

// Prefetches to L1; the hardware prefetcher stops at page boundaries.
#define PREFETCH(address) __builtin_prefetch((address) + 1024)

// Prefetches to L1, and farther ahead to L2, which has more requests in flight: for rows in 8 bits, whose keys are read in one
// stream. Medians on two cores with AVX-512, where a plain sum reads 13 GB/s per core: 8 bits at 11.0 GB/s, and 9.7 with L1
// alone; half precision at 12.5 GB/s, and 15 with L1 alone.
#define PREFETCH_FARTHER(address) (__builtin_prefetch((address) + 8192, 0, 2), PREFETCH(address))

// Groups of a row whose scales are widened at a time.
#define FACTORS 4

typedef float Eight __attribute__((vector_size(32)));
typedef float Four __attribute__((vector_size(16)));
typedef uint32_t FourWhole __attribute__((vector_size(16)));
typedef uint16_t FourShort __attribute__((vector_size(8)));
typedef int32_t EightWhole __attribute__((vector_size(32)));
typedef int16_t EightShort __attribute__((vector_size(16)));
typedef int8_t EightByte __attribute__((vector_size(8)));

// Products of one group, RowGroup columns, in eight exact sums.
INLINE Eight group_product(const int16_t *query, const char *key) {
    EightWhole sums = {0};
    for (size_t c = 0; c < RowGroup; c += 8) {
        EightShort few;
        EightByte fewer;
        memcpy(&few, query + c, sizeof few);
        memcpy(&fewer, key + c, sizeof fewer);
        sums += __builtin_convertvector(few, EightWhole) * __builtin_convertvector(fewer, EightWhole);
    }
    return __builtin_convertvector(sums, Eight);
}

// Widens the scales of FACTORS groups and multiplies them by a weight.
INLINE void store_factors(const char *scales, float weight, float factors[FACTORS]) {
    FourShort halves;
    memcpy(&halves, scales, sizeof halves);
    Four wide = (Four)(__builtin_convertvector(halves, FourWhole) << 16) * weight;
    memcpy(factors, &wide, sizeof wide);
}

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
    kernel_widen(source, KernelF16, (float *)&result, sizeof result / sizeof(float));
    return result;
}
#endif

#define NAME(name) name##_portable
#define LANES 8
#define HALVES_TO_FLOATS(source) widened(source)
#define GROUP_PRODUCT(query, key) group_product(query, key)
#define PREFETCH_ROUNDED(address) PREFETCH_FARTHER(address)
#include "attention.inc"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define NAME(name) name##_avx2
#define LANES 8
#define HALVES_TO_FLOATS(source) (Vector_avx2)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i_u *)(source)))
#define MULTIPLY_SIXTEEN(query, key)                                                                                   \
    _mm256_madd_epi16(_mm256_loadu_si256((const __m256i_u *)(query)),                                                  \
                      _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i_u *)(key))))
#define GROUP_PRODUCT(query, key)                                                                                      \
    (Vector_avx2)_mm256_cvtepi32_ps(_mm256_add_epi32(MULTIPLY_SIXTEEN(query, key), MULTIPLY_SIXTEEN(query + 16, key + 16)))
#define PREFETCH_ROUNDED(address) PREFETCH(address)
#include "attention.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#define NAME(name) name##_avx512
#define LANES 16
#define HALVES_TO_FLOATS(source) (Vector_avx512)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i_u *)(source)))
#define GROUP_PRODUCT(query, key)                                                                                      \
    (Vector_avx512)_mm512_cvtepi32_ps(                                                                                 \
        _mm512_madd_epi16(_mm512_loadu_si512(query), _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i_u *)(key)))))
#define PREFETCH_ROUNDED(address) PREFETCH_FARTHER(address)
#include "attention.inc"
#pragma clang attribute pop
#endif

void kernel_attend(KernelInstructionSet set, const KernelAttention *sizes, const float *queries, const void *keys,
                   const void *values, float *scratch, float *output, float *top, float *total) {
    DISPATCH(set, attend, sizes, queries, keys, values, scratch, output, top, total);
}

size_t kernel_attention_scratch(const KernelAttention *sizes) {
    size_t scores = sizes->group * sizes->count;
    return sizes->type == KernelQ8 ? scores + sizes->group * (1 + row_groups(sizes->headSize) * RowGroup / 2) : scores;
}
