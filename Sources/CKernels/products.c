// Products of quantised matrices, compiled for each instruction set; see QuantizedKernels.h.
#include "tiles.h"
#include <math.h>

// Vectors are passed only between functions that are always inlined, so their calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
// Loops over registers, which have no numbers of their own.
#define UNROLL _Pragma("clang loop unroll(full)")

typedef int32_t Sums128 __attribute__((vector_size(16)));
typedef int32_t Sums256 __attribute__((vector_size(32)));
typedef int32_t Sums512 __attribute__((vector_size(64)));
typedef int8_t Bytes128 __attribute__((vector_size(16)));
typedef int16_t Shorts256 __attribute__((vector_size(32)));
typedef int64_t Longs256 __attribute__((vector_size(32)));

// Bytes of a tile's unpacked numbers, and of two tiles' with their scales.
enum { TileNumbers = KernelTileOutputs * KernelTileColumns, UnpackedBytes = 2 * (TileNumbers + 4 * KernelTileOutputs) };

// Tiles that are asked of memory before they are needed: a few microseconds' worth, across pages, where the processor's
// own foresight ends.
enum { TilesAhead = 4 };

// Unpacked panels that are kept for all rows, in bytes: what a core's second cache holds beside the rows.
enum { KeptBytes = 512 << 10 };

// Two tiles beside each other, through all columns.
typedef struct Panel {
    const unsigned char *tiles[2];
    size_t blocks;
    KernelDataType type;
    // Outputs of the two that there are.
    size_t outputs;
    unsigned char *unpacked;
} Panel;

size_t kernel_group_count(size_t rows) { return (rows + KernelGroupRows - 1) / KernelGroupRows; }

size_t kernel_group_start(size_t rows, size_t group) {
    size_t groups = kernel_group_count(rows), least = rows / groups, longer = rows % groups;
    return group * least + (group < longer ? group : longer);
}

size_t kernel_packed_bytes(size_t rows, size_t columns, size_t parts) {
    return rows * tile_blocks(columns) * PACKED_BYTES(parts);
}

static size_t panels_together(size_t columns, size_t rows) {
    size_t panel = tile_blocks(columns) * UnpackedBytes;
    return kernel_group_count(rows) == 1 || panel == 0 || panel > KeptBytes ? 1 : KeptBytes / panel;
}

// A row's block: four numbers of a step, the scale and the sum.
INLINE int32_t packed_step(const unsigned char *block, int part, int step) {
    int32_t four;
    memcpy(&four, block + part * KernelTileColumns + 4 * step, sizeof four);
    return four;
}

INLINE float packed_scale(const unsigned char *block, int parts) {
    float scale;
    memcpy(&scale, block + parts * KernelTileColumns, sizeof scale);
    return scale;
}

INLINE int32_t packed_sum(const unsigned char *block, int parts) {
    int32_t sum;
    memcpy(&sum, block + parts * KernelTileColumns + sizeof(float), sizeof sum);
    return sum;
}

#define NAME(name) name##_portable
#define LANES 4
#define VECTORS 2
#define ROWS 2
#define DIRECT_ROWS 1
INLINE int offset_portable(KernelDataType type) { return (void)type, 0; }

INLINE Sums128 dot_portable(KernelDataType type, Sums128 sums, Sums128 weights, Sums128 numbers) {
    (void)type;
    Shorts256 products = __builtin_convertvector((Bytes128)weights, Shorts256) * __builtin_convertvector((Bytes128)numbers, Shorts256);
    // Neighbours are added within numbers of twice their size.
    Sums256 halves = (Sums256)products, pairs = (halves << 16 >> 16) + (halves >> 16);
    Longs256 wide = (Longs256)pairs;
    return sums + __builtin_convertvector(wide + (wide >> 32), Sums128);
}

#include "pack.inc"
#include "unpack.inc"
#include "products.inc"
#undef NAME

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#define LANES 8
#define VECTORS 2
#define ROWS 4
#define DIRECT_ROWS 1
// vpmaddubsw sums two products of an unsigned and a signed byte in 16 bits. Weights of q4 are small enough for that with
// their offset. Of q8, magnitudes are multiplied and their signs are moved to the other factor.
INLINE int offset_avx2(KernelDataType type) { return type == KernelQ4 ? 64 : 0; }

INLINE Sums256 dot_avx2(KernelDataType type, Sums256 sums, Sums256 weights, Sums256 numbers) {
    __m256i w = (__m256i)weights, n = (__m256i)numbers;
    __m256i pairs = type == KernelQ4
        ? _mm256_maddubs_epi16(w, n) : _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(n, w));
    return sums + (Sums256)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

#include "pack.inc"
#include "unpack.inc"
#include "products.inc"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
#define NAME(name) name##_avxvnni
#define LANES 8
#define VECTORS 2
#define ROWS 6
#define DIRECT_ROWS 2
INLINE int offset_avxvnni(KernelDataType type) { return (void)type, 128; }

INLINE Sums256 dot_avxvnni(KernelDataType type, Sums256 sums, Sums256 weights, Sums256 numbers) {
    (void)type;
    return (Sums256)_mm256_dpbusd_avx_epi32((__m256i)sums, (__m256i)weights, (__m256i)numbers);
}

#include "pack.inc"
#include "unpack.inc"
#include "products.inc"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vnni"))), apply_to = function)
#define NAME(name) name##_avx512vnni
#define LANES 16
#define VECTORS 2
#define ROWS 12
#define DIRECT_ROWS 2
INLINE int offset_avx512vnni(KernelDataType type) { return (void)type, 128; }

INLINE Sums512 dot_avx512vnni(KernelDataType type, Sums512 sums, Sums512 weights, Sums512 numbers) {
    (void)type;
    return (Sums512)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)weights, (__m512i)numbers);
}

#include "pack.inc"
#include "unpack.inc"
#include "products.inc"
#undef NAME
#pragma clang attribute pop
#elif defined(__aarch64__)
#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define NAME(name) name##_neon
#define LANES 4
#define VECTORS 4
#define ROWS 6
#define DIRECT_ROWS 2
INLINE int offset_neon(KernelDataType type) { return (void)type, 0; }

INLINE Sums128 dot_neon(KernelDataType type, Sums128 sums, Sums128 weights, Sums128 numbers) {
    (void)type;
    return (Sums128)vdotq_s32((int32x4_t)sums, (int8x16_t)weights, (int8x16_t)numbers);
}

#include "pack.inc"
#include "unpack.inc"
#include "products.inc"
#undef NAME
#pragma clang attribute pop
#endif

typedef void Pack(const float *, size_t, size_t, size_t, size_t, size_t, unsigned char *);
typedef void Multiply(const unsigned char *, KernelDataType, size_t, size_t, size_t, const unsigned char *, size_t, size_t,
                      unsigned char *, float *, size_t);

// What there is for a set; nothing where there are no products.
typedef struct Kernels {
    Pack *pack;
    Multiply *multiply;
} Kernels;

static Kernels kernels(KernelInstructionSet set) {
    switch (set) {
    case KernelPortable: return (Kernels){pack_portable, multiply_portable};
#if defined(__x86_64__)
    case KernelAVX2: return (Kernels){pack_avx2, multiply_avx2};
    case KernelAVXVNNI: return (Kernels){pack_avxvnni, multiply_avxvnni};
    case KernelAVX512VNNI: return (Kernels){pack_avx512vnni, multiply_avx512vnni};
#elif defined(__aarch64__)
    case KernelNEONDotProduct: return (Kernels){pack_neon, multiply_neon};
#endif
    default: return (Kernels){0};
    }
}

int kernel_has_instructions(KernelInstructionSet set) { return kernels(set).multiply && kernel_supports(set); }

KernelInstructionSet kernel_fastest_instructions(void) {
    static const KernelInstructionSet slowestFirst[] = {KernelAVX2, KernelAVXVNNI, KernelAVX512VNNI, KernelNEONDotProduct};
    static int known = -1;
    int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (answer < 0) {
        answer = KernelPortable;
        for (size_t i = 0; i < sizeof slowestFirst / sizeof slowestFirst[0]; i++)
            if (kernel_has_instructions(slowestFirst[i])) answer = slowestFirst[i];
        __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
    }
    return answer;
}

void kernel_pack_activations(KernelInstructionSet set, const float *input, size_t rows, size_t columns, size_t parts,
                             size_t first, size_t end, void *packed) {
    kernels(set).pack(input, rows, columns, parts, first, end, packed);
}

size_t kernel_multiply_scratch_bytes(size_t columns, size_t rows) {
    size_t blocks = kernel_group_count(rows) == 1 ? 1 : tile_blocks(columns);
    return panels_together(columns, rows) * blocks * UnpackedBytes;
}

void kernel_multiply_tiles(KernelInstructionSet set, const void *tiles, KernelDataType type, size_t columns, size_t first,
                           size_t end, const void *packed, size_t rows, size_t parts, void *scratch, float *output,
                           size_t outputStride) {
    kernels(set).multiply(tiles, type, columns, first, end, packed, rows, parts, scratch, output, outputStride);
}
