// Products of matrices with packed rows, compiled for each instruction set; see ProductKernels.h.
#include "../machine/tile_configuration.h"
#include "../quantize/tiles.h"
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

// Tiles that are asked of memory before they are needed: a few microseconds' worth, across pages, where the processor's
// own foresight ends.
enum { TilesAhead = 4 };

// Rows that are packed and multiplied together at most.
enum { GroupRows = 12, AMXGroupRows = 32 };

// Panels that are kept for all rows, in bytes: what a core's second cache holds beside the rows.
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

// Rows that are multiplied with a block after others, and before more, while the nearest cache holds it: which share of them
// this is. Of none where memory need not be asked for the tiles to come.
typedef struct Turn {
    int number, count;
} Turn;

static size_t group_count(size_t most, size_t rows) { return (rows + most - 1) / most; }

static size_t group_start(size_t most, size_t rows, size_t group) {
    size_t groups = group_count(most, rows), least = rows / groups, longer = rows % groups;
    return group * least + (group < longer ? group : longer);
}

// Panels of so many bytes that are multiplied with a group of rows before the next.
static size_t panels_together(size_t panelBytes, size_t groups) {
    return groups == 1 || panelBytes == 0 || panelBytes > KeptBytes ? 1 : KeptBytes / panelBytes;
}

// Asks memory for what lies TilesAhead of one of 16 lines of a panel's tiles. Lines are asked for one at a time between other
// work: together, they would wait for each other, and work for them.
INLINE void ask(const unsigned char *const *tiles, KernelDataType type, int line) {
    size_t lines = tile_bytes(type) / 64, ahead = TilesAhead * tile_bytes(type);
    UNROLL
    for (int t = 0; t < 2; t++) {
        if ((size_t)line < lines) __builtin_prefetch(tiles[t] + ahead + line * 64);
        if (line == 0 && lines > TileSteps) __builtin_prefetch(tiles[t] + ahead + (lines - 1) * 64);
    }
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
#include "byte_products.inc"
#include "panels.inc"
#undef NAME

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#include "pack.inc"
#include "avx2.inc"
#include "panels.inc"
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
#include "byte_products.inc"
#include "panels.inc"
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
#include "byte_products.inc"
#include "panels.inc"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16,amx-tile,amx-bf16"))), apply_to = function)
#include "amx.inc"
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
#include "byte_products.inc"
#include "panels.inc"
#undef NAME
#pragma clang attribute pop
#endif

typedef void Pack(const float *, size_t, size_t, PackedForm, size_t, size_t, unsigned char *);
typedef void Multiply(const unsigned char *, KernelDataType, size_t, size_t, size_t, const unsigned char *, size_t, PackedForm,
                      unsigned char *, float *, size_t);

// What there is for a set and so many rows; nothing where there are no products.
typedef struct Kernels {
    Pack *pack;
    Multiply *multiply;
    // Bytes of scratch memory for weights of a type.
    size_t (*scratch)(KernelDataType type, size_t columns, size_t rows);
    size_t groupRows;
} Kernels;

static Kernels kernels(KernelInstructionSet set, size_t rows) {
#define KERNELS(name) (Kernels){pack_##name, multiply_##name, scratch_##name, GroupRows}
    switch (set) {
    case KernelPortable: return KERNELS(portable);
#if defined(__x86_64__)
    case KernelAVX2: return KERNELS(avx2);
    case KernelAVXVNNI: return KERNELS(avxvnni);
    case KernelAVX512VNNI: return KERNELS(avx512vnni);
    case KernelAMX:
        if (rows <= KernelFewRows) return KERNELS(avx512vnni);
        return (Kernels){pack_amx, multiply_amx, scratch_amx, AMXGroupRows};
#elif defined(__aarch64__)
    case KernelNEONDotProduct: return KERNELS(neon);
#endif
    default: return (Kernels){0};
    }
#undef KERNELS
}

int kernel_has_instructions(KernelInstructionSet set) { return kernels(set, 1).multiply && kernel_supports(set); }

KernelInstructionSet kernel_fastest_instructions(void) {
    static const KernelInstructionSet slowestFirst[] = {KernelAVX2, KernelAVXVNNI, KernelAVX512VNNI, KernelAMX,
                                                        KernelNEONDotProduct};
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

static int is_quantized(KernelDataType type) { return type == KernelQ8 || type == KernelQ4; }

int kernel_multiplies_packed(KernelInstructionSet set, KernelDataType type, size_t rows) {
    return is_quantized(type) || (set == KernelAMX && type != KernelF32 && rows > KernelFewRows);
}

// Weights of 4 bits lose far more than activations of 8.
static PackedForm form(KernelInstructionSet set, KernelDataType type, size_t rows) {
    if (set == KernelAMX && rows > KernelFewRows) return is_quantized(type) ? PackedPart : PackedThreeParts;
    if (set == KernelAVX2) {
        if (type == KernelQ8) return PackedShorts;
        return rows <= GroupRows ? PackedHalves : PackedOffsets;
    }
    return type == KernelQ8 && rows <= KernelFewRows ? PackedParts : PackedBytes;
}

size_t kernel_group_count(KernelInstructionSet set, size_t rows) { return group_count(kernels(set, rows).groupRows, rows); }

size_t kernel_packed_bytes(KernelInstructionSet set, KernelDataType type, size_t rows, size_t columns) {
    PackedForm packed = form(set, type, rows);
    // Groups of parts are whole ones.
    if (row_parts(packed) > 0) rows = kernel_group_count(set, rows) * AMXGroupRows;
    return rows * tile_blocks(columns) * packed_bytes(packed);
}

void kernel_pack_activations(KernelInstructionSet set, KernelDataType type, const float *input, size_t rows, size_t columns,
                             size_t first, size_t end, void *packed) {
    kernels(set, rows).pack(input, rows, columns, form(set, type, rows), first, end, packed);
}

size_t kernel_multiply_scratch_bytes(KernelInstructionSet set, KernelDataType type, size_t columns, size_t rows) {
    return kernels(set, rows).scratch(type, columns, rows);
}

void kernel_multiply_packed(KernelInstructionSet set, const void *weights, KernelDataType type, size_t columns, size_t first,
                            size_t end, const void *packed, size_t rows, void *scratch, float *output, size_t outputStride) {
    kernels(set, rows).multiply(weights, type, columns, first, end, packed, rows, form(set, type, rows), scratch, output,
                                outputStride);
}
