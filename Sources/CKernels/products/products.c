// Products of matrices with packed rows, compiled once for each instruction set. ProductKernels.h is the interface;
// products.md draws the layouts and says which file does what.
#include "../machine/tile_configuration.h"
#include "ElementwiseKernels.h"
#include "panel.h"
#include <math.h>

typedef int32_t Sums128 __attribute__((vector_size(16)));
typedef int32_t Sums256 __attribute__((vector_size(32)));
typedef int32_t Sums512 __attribute__((vector_size(64)));
typedef int8_t Bytes128 __attribute__((vector_size(16)));
typedef int16_t Words256 __attribute__((vector_size(32)));
typedef int64_t Longs256 __attribute__((vector_size(32)));

// Pairs that sets with products of bytes multiply.
#define BYTE_FORMS FORM(PackedInt8, KernelQ4) FORM(PackedInt8, KernelQ8) FORM(PackedInt15Parts, KernelQ8)

INLINE Sums128 dot_portable(Sums128 sums, Sums128 weights, Sums128 activations) {
    Words256 products =
        __builtin_convertvector((Bytes128)weights, Words256) * __builtin_convertvector((Bytes128)activations, Words256);
    // Adds neighbours in lanes of 32 and then of 64 bits.
    Sums256 words = (Sums256)products, pairs = (words << 16 >> 16) + (words >> 16);
    Longs256 wide = (Longs256)pairs;
    return sums + __builtin_convertvector(wide + (wide >> 32), Sums128);
}

#define NAME(name) name##_portable
#define BLOCK_PRODUCTS "byte_products.inc"
#define FORMS BYTE_FORMS
#define TILES 2
#define LANES 4
#define VECTORS 2
#define ROWS 2
#define DIRECT_ROWS 1
#define WEIGHT_OFFSET 0
#define DOT(sums, weights, activations) dot_portable(sums, weights, activations)
#include "instruction_set.inc"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#define BLOCK_PRODUCTS "avx2.inc"
#define TILES 2
#define FORMS FORM(PackedInt8Sums, KernelQ4) FORM(PackedUInt8, KernelQ4) FORM(PackedInt15Words, KernelQ8)
#include "instruction_set.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
#define NAME(name) name##_avxvnni
#define BLOCK_PRODUCTS "byte_products.inc"
#define FORMS BYTE_FORMS
#define TILES 2
#define LANES 8
#define VECTORS 2
#define ROWS 6
#define DIRECT_ROWS 2
#define WEIGHT_OFFSET 128
#define DOT(sums, weights, activations)                                                                                \
    (Sums256)_mm256_dpbusd_avx_epi32((__m256i)(sums), (__m256i)(weights), (__m256i)(activations))
#include "instruction_set.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vnni"))), apply_to = function)
#define NAME(name) name##_avx512vnni
#define BLOCK_PRODUCTS "byte_products.inc"
#define FORMS BYTE_FORMS
#define TILES 2
#define LANES 16
#define VECTORS 2
#define ROWS 12
#define DIRECT_ROWS 2
#define WEIGHT_OFFSET 128
#define DOT(sums, weights, activations)                                                                                \
    (Sums512)_mm512_dpbusd_epi32((__m512i)(sums), (__m512i)(weights), (__m512i)(activations))
#include "instruction_set.inc"
#pragma clang attribute pop

// The same instructions for more than KernelFewRows, where loads of activations and not of weights are the limit: each one is
// multiplied with twice the outputs. 10 loads for 24 products in the place of 14: a quarter faster.
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vnni"))), apply_to = function)
#define NAME(name) name##_avx512vnniManyRows
#define BLOCK_PRODUCTS "byte_products.inc"
#define FORMS FORM(PackedInt8, KernelQ4) FORM(PackedInt8, KernelQ8)
#define TILES 4
#define LANES 16
#define VECTORS 4
#define ROWS 6
#define DIRECT_ROWS 0
#define WEIGHT_OFFSET 128
#define DOT(sums, weights, activations)                                                                                \
    (Sums512)_mm512_dpbusd_epi32((__m512i)(sums), (__m512i)(weights), (__m512i)(activations))
#include "instruction_set.inc"
#pragma clang attribute pop

#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16,amx-tile,amx-bf16"))), apply_to = function)
#define NAME(name) name##_amx
#define FORMS                                                                                                          \
    FORM(PackedBFloat16Triple, KernelF16)                                                                              \
    FORM(PackedBFloat16Triple, KernelBF16) FORM(PackedBFloat16, KernelQ8) FORM(PackedBFloat16, KernelQ4)
// The set that unpacks quantised tiles for AMX, which also multiplies up to KernelFewRows in its place.
#define BYTES_SET(name) name##_avx512vnni
#include "amx.inc"
#pragma clang attribute pop
#elif defined(__aarch64__)
#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define NAME(name) name##_neon
#define BLOCK_PRODUCTS "byte_products.inc"
#define FORMS BYTE_FORMS
#define TILES 2
#define LANES 4
#define VECTORS 4
#define ROWS 6
#define DIRECT_ROWS 2
#define WEIGHT_OFFSET 0
#define DOT(sums, weights, activations)                                                                                \
    (Sums128)vdotq_s32((int32x4_t)(sums), (int8x16_t)(weights), (int8x16_t)(activations))
#include "instruction_set.inc"
#pragma clang attribute pop
#endif

typedef void Pack(const float *, size_t, size_t, PackedForm, size_t, size_t, unsigned char *);
typedef void Multiply(const unsigned char *, KernelDataType, size_t, size_t, size_t, const unsigned char *, size_t, PackedForm,
                      const KernelEpilogue *, unsigned char *, float *, size_t);

// Functions of a set for a number of rows; all NULL for a set without products.
typedef struct Kernels {
    Pack *pack;
    Multiply *multiply;
    // Bytes of scratch memory.
    size_t (*scratch)(KernelDataType type, size_t columns, size_t rows);
    size_t groupRows;
} Kernels;

static Kernels kernels(KernelInstructionSet set, size_t rows) {
    (void)rows;
#define KERNELS(name, groupRows) (Kernels){pack_##name, multiply_##name, scratch_##name, groupRows}
    switch (set) {
    case KernelPortable: return KERNELS(portable, GroupRows);
#if defined(__x86_64__)
    case KernelAVX2: return KERNELS(avx2, GroupRows);
    case KernelAVXVNNI: return KERNELS(avxvnni, GroupRows);
    case KernelAVX512VNNI:
        return rows <= KernelFewRows ? KERNELS(avx512vnni, GroupRows) : KERNELS(avx512vnniManyRows, GroupRows);
    case KernelAMX: return rows <= KernelFewRows ? KERNELS(avx512vnni, GroupRows) : KERNELS(amx, AMXGroupRows);
#elif defined(__aarch64__)
    case KernelNEONDotProduct: return KERNELS(neon, GroupRows);
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

// The form in which a set multiplies rows with weights of a type. q4 takes activations of 8 bits: its own rounding error is
// far larger than theirs.
static PackedForm form(KernelInstructionSet set, KernelDataType type, size_t rows) {
    if (set == KernelAMX && rows > KernelFewRows) return is_quantized(type) ? PackedBFloat16 : PackedBFloat16Triple;
    if (set == KernelAVX2) {
        if (type == KernelQ8) return PackedInt15Words;
        return rows <= GroupRows ? PackedInt8Sums : PackedUInt8;
    }
    return type == KernelQ8 && rows <= KernelFewRows ? PackedInt15Parts : PackedInt8;
}

size_t kernel_group_count(KernelInstructionSet set, size_t rows) { return group_count(kernels(set, rows).groupRows, rows); }

size_t kernel_packed_bytes(KernelInstructionSet set, KernelDataType type, size_t rows, size_t columns) {
    PackedForm packed = form(set, type, rows);
    // AMX's groups are padded to whole tiles.
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
                            size_t end, const void *packed, size_t rows, const KernelEpilogue *epilogue, void *scratch,
                            float *output, size_t outputStride) {
    kernels(set, rows).multiply(weights, type, columns, first, end, packed, rows, form(set, type, rows), epilogue, scratch,
                                output, outputStride);
}
