// Attention, compiled for each instruction set from one body; see AttentionKernels.h.
#include "keyvalues.h"
#include <math.h>

// Vectors are passed only between functions that are always inlined, so their calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

// Independent sums: two units of a latency of four cycles are kept busy, and registers suffice everywhere.
#define CHAINS 8

// Values are read at so many places of a part side by side, and keys that are not of 8 bits at CHAINS: a core asks memory of
// itself for what follows at each. So many rows of each place the nearest cache holds meanwhile. Measured on one core with
// AVX2: 15 GB/s of half precision, against 11 at one place.
enum { Places = 4, RowsAtOnce = 8 };

// Asks memory for what is read soon; the machine's own guesses end at each page.
#define ASK_AHEAD(address) __builtin_prefetch((address) + 1024)

// The same of rows in 8 bits, whose keys are read at one place: farther ahead for the second cache, which has more requests on
// their way than the first. Medians of rounds on two cores with AVX-512, beside 13 GB/s a core of a plain sum: 8 bits at
// 11.0 GB/s, and 9.7 when the first cache alone is asked; half precision at 12.5, and 15 so.
#define ASK_BOTH(address) (__builtin_prefetch((address) + 8192, 0, 2), ASK_AHEAD(address))
#define ASK_AHEAD_OF_ROUNDED(address) ASK_BOTH(address)

// Groups of a row whose scales are widened at a time.
#define FACTORS 4

typedef float Eight __attribute__((vector_size(32)));
typedef float Four __attribute__((vector_size(16)));
typedef uint32_t FourWhole __attribute__((vector_size(16)));
typedef uint16_t FourShort __attribute__((vector_size(8)));
typedef int32_t EightWhole __attribute__((vector_size(32)));
typedef int16_t EightShort __attribute__((vector_size(16)));
typedef int8_t EightByte __attribute__((vector_size(8)));

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

// A weight times the scales of FACTORS groups.
INLINE void store_factors(const char *scales, float weight, float factors[FACTORS]) {
    FourShort halves;
    memcpy(&halves, scales, sizeof halves);
    Four wide = (Four)(__builtin_convertvector(halves, FourWhole) << 16) * weight;
    memcpy(factors, &wide, sizeof wide);
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
#define GROUP_PRODUCT(query, key) group_product(query, key)
#include "attention.inc"
#undef NAME
#undef HALVES_TO_FLOATS
#undef GROUP_PRODUCT

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define NAME(name) name##_avx2
#define GROUP_PRODUCT(query, key)                                                                                      \
    (Vector_avx2)_mm256_cvtepi32_ps(_mm256_add_epi32(MULTIPLY_SIXTEEN(query, key), MULTIPLY_SIXTEEN(query + 16, key + 16)))
#define MULTIPLY_SIXTEEN(query, key)                                                                                   \
    _mm256_madd_epi16(_mm256_loadu_si256((const __m256i_u *)(query)),                                                  \
                      _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i_u *)(key))))
#define HALVES_TO_FLOATS(source) (Vector_avx2)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i_u *)(source)))
#undef ASK_AHEAD_OF_ROUNDED
#define ASK_AHEAD_OF_ROUNDED(address) ASK_AHEAD(address)
#include "attention.inc"
#undef NAME
#undef ASK_AHEAD_OF_ROUNDED
#undef HALVES_TO_FLOATS
#undef GROUP_PRODUCT
#pragma clang attribute pop

#undef LANES
#define LANES 16
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#define ASK_AHEAD_OF_ROUNDED(address) ASK_BOTH(address)
#define NAME(name) name##_avx512
#define GROUP_PRODUCT(query, key)                                                                                      \
    (Vector_avx512)_mm512_cvtepi32_ps(                                                                                 \
        _mm512_madd_epi16(_mm512_loadu_si512(query), _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i_u *)(key)))))
#define HALVES_TO_FLOATS(source) (Vector_avx512)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i_u *)(source)))
#include "attention.inc"
#undef NAME
#pragma clang attribute pop
#endif

void kernel_attend(KernelInstructionSet set, const KernelAttention *sizes, const float *queries, const void *keys,
                   const void *values, float *scratch, float *output, float *top, float *total) {
    switch (set) {
#if defined(__x86_64__)
    case KernelAVX2: attend_avx2(sizes, queries, keys, values, scratch, output, top, total); break;
    case KernelAVX512: attend_avx512(sizes, queries, keys, values, scratch, output, top, total); break;
#endif
    default: attend_portable(sizes, queries, keys, values, scratch, output, top, total);
    }
}

size_t kernel_attention_scratch(const KernelAttention *sizes) {
    size_t scores = sizes->group * sizes->count;
    return sizes->type == KernelQ8 ? scores + sizes->group * (1 + row_groups(sizes->headSize) * RowGroup / 2) : scores;
}
