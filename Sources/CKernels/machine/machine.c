// What the machine has, and loops that measure it; see MachineKernels.h.
#define _GNU_SOURCE
#include "MachineKernels.h"
#include "tile_configuration.h"
#include <string.h>
#if defined(__linux__)
#include <sched.h>
#endif

// Independent sums: two units of a latency of four or five cycles are kept busy, and registers suffice everywhere.
#define CHAINS 12

// Keeps the compiler from knowing what a register holds: without it the loops would be computed while compiling.
#if defined(__x86_64__)
#define HIDE(value) __asm__ volatile("" : "+v"(value))
#elif defined(__aarch64__)
#define HIDE(value) __asm__ volatile("" : "+w"(value))
#else
#define HIDE(value) __asm__ volatile("" : "+m"(value))
#endif

#define NAME(name) name##_portable
#define VECTOR_BYTES 16
#include "machine.inc"
#undef NAME
#undef VECTOR_BYTES

// The sum of all chains' lanes, which each counted.
#define ADD_UP(type, sums, total)                                                                                      \
    for (size_t c = 0; c < sizeof sums / sizeof sums[0]; c++)                                                          \
        for (size_t lane = 0; lane < sizeof(type) / 4; lane++) total += ((type)sums[c])[lane]

typedef int8_t Bytes __attribute__((vector_size(16)));
typedef int16_t Halves __attribute__((vector_size(32)));
typedef int32_t Sums __attribute__((vector_size(64)));

static uint64_t count_products_portable(size_t iterations) {
    Sums sums[2] = {0};
    Bytes bytes = (Bytes){0} + 1;
    for (size_t i = 0; i < iterations; i++) {
#pragma clang loop unroll(full)
        for (int c = 0; c < 2; c++) {
            HIDE(bytes);
            Halves wide = __builtin_convertvector(bytes, Halves);
            sums[c] += __builtin_convertvector(wide * wide, Sums);
        }
    }
    uint64_t total = 0;
    ADD_UP(Sums, sums, total);
    return total;
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

typedef uint32_t Lanes256 __attribute__((vector_size(32)));
typedef uint32_t Lanes512 __attribute__((vector_size(64)));

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#define VECTOR_BYTES 32
#include "machine.inc"
#undef NAME
#undef VECTOR_BYTES

static uint64_t count_products_avx2(size_t iterations) {
    __m256i sums[CHAINS], bytes = _mm256_set1_epi8(1);
    const __m256i ones = _mm256_set1_epi16(1);
    memset(sums, 0, sizeof sums);
    for (size_t i = 0; i < iterations; i++) {
#pragma clang loop unroll(full)
        for (int c = 0; c < CHAINS; c++) {
            HIDE(bytes);
            sums[c] = _mm256_add_epi32(sums[c], _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, bytes), ones));
        }
    }
    uint64_t total = 0;
    ADD_UP(Lanes256, sums, total);
    return total;
}
#pragma clang attribute pop

__attribute__((target("avx2,avxvnni"))) static uint64_t count_products_avx_vnni(size_t iterations) {
    __m256i sums[CHAINS], bytes = _mm256_set1_epi8(1);
    memset(sums, 0, sizeof sums);
    for (size_t i = 0; i < iterations; i++) {
        HIDE(bytes);
#pragma clang loop unroll(full)
        for (int c = 0; c < CHAINS; c++) sums[c] = _mm256_dpbusd_avx_epi32(sums[c], bytes, bytes);
    }
    uint64_t total = 0;
    ADD_UP(Lanes256, sums, total);
    return total;
}

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vnni"))), apply_to = function)
#define NAME(name) name##_avx512
#define VECTOR_BYTES 64
#include "machine.inc"
#undef NAME
#undef VECTOR_BYTES

static uint64_t count_products_avx512_vnni(size_t iterations) {
    __m512i sums[CHAINS], bytes = _mm512_set1_epi8(1);
    memset(sums, 0, sizeof sums);
    for (size_t i = 0; i < iterations; i++) {
        HIDE(bytes);
#pragma clang loop unroll(full)
        for (int c = 0; c < CHAINS; c++) sums[c] = _mm512_dpbusd_epi32(sums[c], bytes, bytes);
    }
    uint64_t total = 0;
    ADD_UP(Lanes512, sums, total);
    return total;
}
#pragma clang attribute pop

// Four tiles of sums: as many as hide the latency, and as products of matrices keep.
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

// Whether the processor has tiles, and the system grants their 8 kilobytes of state to this process: asked once, for all its
// threads. Source: Documentation/arch/x86/xstate.rst of the Linux kernel.
static int has_tiles(void) {
    static int known = -1;
    int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (answer >= 0) return answer;
    unsigned a, b, c, d;
    const unsigned bfloat16 = 1u << 22, tiles = 1u << 24;
    answer = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & bfloat16) && (d & tiles);
#if defined(__linux__)
    enum { RequestPermission = 0x1023, TileData = 18 };
    answer = answer && syscall(SYS_arch_prctl, RequestPermission, TileData) == 0;
#else
    answer = 0;
#endif
    __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
    return answer;
}

int kernel_supports(KernelInstructionSet set) {
    __builtin_cpu_init();
    switch (set) {
    case KernelPortable: return 1;
    case KernelAVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    case KernelAVXVNNI: return kernel_supports(KernelAVX2) && __builtin_cpu_supports("avxvnni");
    case KernelAVX512: return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
    case KernelAVX512VNNI: return kernel_supports(KernelAVX512) && __builtin_cpu_supports("avx512vnni");
    case KernelAMX:
        return kernel_supports(KernelAVX512VNNI) && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16")
            && has_tiles();
    default: return 0;
    }
}

#elif defined(__aarch64__)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

__attribute__((target("dotprod"))) static uint64_t count_products_neon(size_t iterations) {
    int32x4_t sums[CHAINS];
    int8x16_t bytes = vdupq_n_s8(1);
    memset(sums, 0, sizeof sums);
    for (size_t i = 0; i < iterations; i++) {
        HIDE(bytes);
#pragma clang loop unroll(full)
        for (int c = 0; c < CHAINS; c++) sums[c] = vdotq_s32(sums[c], bytes, bytes);
    }
    uint64_t total = 0;
    ADD_UP(uint32x4_t, sums, total);
    return total;
}

int kernel_supports(KernelInstructionSet set) {
    if (set == KernelPortable) return 1;
#if defined(__linux__)
    const unsigned long dotProducts = 1ul << 20; // HWCAP_ASIMDDP
    return set == KernelNEONDotProduct && (getauxval(AT_HWCAP) & dotProducts) != 0;
#else
    return 0;
#endif
}

#else
int kernel_supports(KernelInstructionSet set) { return set == KernelPortable; }
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
    case KernelAVXVNNI: return count_products_avx_vnni(iterations);
    case KernelAVX512VNNI: return count_products_avx512_vnni(iterations);
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

size_t kernel_usable_processors(void) {
#if defined(__linux__)
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) == 0) return (size_t)CPU_COUNT(&usable);
#endif
    return 0;
}
