// Loops that measure a core's limits for the roofline: multiply-adds, products of bytes and of bfloat16, memory reads.
// MachineKernels.h is the interface.
#include "../common.h"
#include "MachineKernels.h"
#include "tile_configuration.h"
#include <string.h>

// Independent accumulators: enough to hide a latency of four or five cycles on two units, but no more than every set's registers
// hold.
#define CHAINS 12

// Hides a register's value from the compiler, which would otherwise evaluate the loops at compile time.
#if defined(__x86_64__)
#define HIDE(value) __asm__ volatile("" : "+v"(value))
#elif defined(__aarch64__)
#define HIDE(value) __asm__ volatile("" : "+w"(value))
#else
#define HIDE(value) __asm__ volatile("" : "+m"(value))
#endif

typedef int8_t Bytes128 __attribute__((vector_size(16)));
typedef int16_t Words256 __attribute__((vector_size(32)));
typedef int32_t Sums512 __attribute__((vector_size(64)));

// Squares of 16 bytes, in 16 bits: the portable loop widens and adds them in 16 sums of 32 bits.
INLINE Words256 squares(Bytes128 bytes) {
    Words256 words = __builtin_convertvector(bytes, Words256);
    return words * words;
}

#define NAME(name) name##_portable
#define VECTOR_BYTES 16
#include "measure_floats.inc"

#define NAME(name) name##_portable
#define SUMS_BYTES 64
#define NUMBERS_BYTES 16
#define PRODUCT_CHAINS 2
#define ADD_PRODUCTS(sums, bytes) (sums) + __builtin_convertvector(squares(bytes), Sums512)
#include "measure_products.inc"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#define VECTOR_BYTES 32
#include "measure_floats.inc"

#define NAME(name) name##_avx2
#define SUMS_BYTES 32
#define NUMBERS_BYTES 32
#define PRODUCT_CHAINS CHAINS
#define ADD_PRODUCTS(sums, bytes)                                                                                      \
    _mm256_add_epi32((__m256i)(sums), _mm256_madd_epi16(_mm256_maddubs_epi16((__m256i)(bytes), (__m256i)(bytes)),      \
                                                        _mm256_set1_epi16(1)))
#include "measure_products.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,avxvnni"))), apply_to = function)
#define NAME(name) name##_avxvnni
#define SUMS_BYTES 32
#define NUMBERS_BYTES 32
#define PRODUCT_CHAINS CHAINS
#define ADD_PRODUCTS(sums, bytes) _mm256_dpbusd_avx_epi32((__m256i)(sums), (__m256i)(bytes), (__m256i)(bytes))
#include "measure_products.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vnni"))), apply_to = function)
#define NAME(name) name##_avx512
#define VECTOR_BYTES 64
#include "measure_floats.inc"

#define NAME(name) name##_avx512vnni
#define SUMS_BYTES 64
#define NUMBERS_BYTES 64
#define PRODUCT_CHAINS CHAINS
#define ADD_PRODUCTS(sums, bytes) _mm512_dpbusd_epi32((__m512i)(sums), (__m512i)(bytes), (__m512i)(bytes))
#include "measure_products.inc"
#pragma clang attribute pop

// Products of bfloat16 numbers in four accumulator tiles: enough to hide the latency, as in matrix products.
__attribute__((target("amx-tile,amx-bf16"))) static uint64_t count_bfloat16_products_amx(size_t iterations) {
    enum { Tiles = 4, Lines = 16, LineBytes = 64 };
    const TileConfiguration tiles = {.palette = 1, .lineBytes = {64, 64, 64, 64, 64, 64}, .lines = {16, 16, 16, 16, 16, 16}};
    _Alignas(64) uint16_t ones[Lines][LineBytes / 2];
    _Alignas(64) float sums[Tiles][Lines][LineBytes / 4];
    for (int i = 0; i < Lines * LineBytes / 2; i++) ones[0][i] = 0x3f80;
    _tile_loadconfig(&tiles);
    _tile_loadd(4, ones, LineBytes);
    _tile_loadd(5, ones, LineBytes);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t i = 0; i < iterations; i++) {
        _tile_dpbf16ps(0, 4, 5);
        _tile_dpbf16ps(1, 4, 5);
        _tile_dpbf16ps(2, 4, 5);
        _tile_dpbf16ps(3, 4, 5);
    }
    _tile_stored(0, sums[0], LineBytes);
    _tile_stored(1, sums[1], LineBytes);
    _tile_stored(2, sums[2], LineBytes);
    _tile_stored(3, sums[3], LineBytes);
    _tile_release();
    uint64_t total = 0;
    for (size_t i = 0; i < sizeof sums / sizeof(float); i++) total += (uint64_t)((float *)sums)[i];
    return total;
}
#elif defined(__aarch64__)
#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define NAME(name) name##_neon
#define SUMS_BYTES 16
#define NUMBERS_BYTES 16
#define PRODUCT_CHAINS CHAINS
#define ADD_PRODUCTS(sums, bytes) vdotq_s32((int32x4_t)(sums), (int8x16_t)(bytes), (int8x16_t)(bytes))
#include "measure_products.inc"
#pragma clang attribute pop
#endif

uint64_t kernel_count_multiply_adds(KernelInstructionSet set, size_t iterations) {
    if (!kernel_supports(set)) return 0;
    switch (set) {
    case KernelPortable: return count_multiply_adds_portable(iterations);
#if defined(__x86_64__)
    case KernelAVX2: return count_multiply_adds_avx2(iterations);
    case KernelAVX512: return count_multiply_adds_avx512(iterations);
#endif
    default: return 0;
    }
}

uint64_t kernel_count_products(KernelInstructionSet set, size_t iterations) {
    if (!kernel_supports(set)) return 0;
    switch (set) {
    case KernelPortable: return count_products_portable(iterations);
#if defined(__x86_64__)
    case KernelAVX2: return count_products_avx2(iterations);
    case KernelAVXVNNI: return count_products_avxvnni(iterations);
    case KernelAVX512VNNI: return count_products_avx512vnni(iterations);
#elif defined(__aarch64__)
    case KernelNEONDotProduct: return count_products_neon(iterations);
#endif
    default: return 0;
    }
}

uint64_t kernel_count_bfloat16_products(KernelInstructionSet set, size_t iterations) {
#if defined(__x86_64__)
    if (set == KernelAMX && kernel_supports(set)) return count_bfloat16_products_amx(iterations);
#endif
    (void)set, (void)iterations;
    return 0;
}

uint32_t kernel_sum_words(const uint32_t *words, size_t count) {
#if defined(__x86_64__)
    if (kernel_supports(KernelAVX512)) return sum_words_avx512(words, count);
    if (kernel_supports(KernelAVX2)) return sum_words_avx2(words, count);
#endif
    return sum_words_portable(words, count);
}
