// Attention of many queries, compiled once for each instruction set from many_rows.inc. AttentionKernels.h is the interface.
//
// The order is FlashAttention's (arXiv 2205.14135): keys come in blocks, each query keeps its highest score and its sum so far,
// and only results are written. Queries are turned to columns, so that a vector holds the same column of neighbouring queries:
// keys and values are read as single numbers where they lie, and maxima and sums need nothing across lanes.
//
//   tile of queries  [headSize][TILE]   x  block of keys    ->  weights [KeyBlock][TILE]
//   weights          [KeyBlock][TILE]   x  block of values  ->  sums    [valueSize][TILE]
#include "../common.h"
#include "../dispatch.h"
#include "../quantize/rounding.h"
#include "CKernels.h"
#include <float.h>
#include <math.h>

// Keys of a block: their weights and values stay in L1 while they are summed, and sums are seldom read and written.
enum { KeyBlock = 64 };

// Scores are in base 2: queries are scaled by this too.
#define LOG2_E 1.44269504f

// Lowest score, relative to a query's highest, that counts: its weight is the smallest normal number.
#define LOWEST_POWER -126.0f

// Numbers of scratch memory of one tile and of all tiles together.
static size_t tile_numbers(const KernelRowAttention *sizes, size_t tile) {
    return (sizes->headSize + sizes->valueSize + 2) * tile;
}
static size_t tiles(const KernelRowAttention *sizes, size_t tile) { return (sizes->rows * sizes->group + tile - 1) / tile; }

// Copies a block's rows to where they lie side by side, widened to single precision. Rows far apart share few sets of a cache:
// read where they lie, keys of 128 columns in a tensor of 2560 take a quarter longer than with the copy.
static void gather(KernelInstructionSet set, const void *rows, size_t stride, KernelDataType type, size_t columns, size_t count,
                   float *target) {
    for (size_t k = 0; k < count; k++, target += columns) {
        const char *row = (const char *)rows + k * stride;
        if (type == KernelF32) memcpy(target, row, columns * sizeof *target);
        else kernel_widen_row(set, row, type, target, columns);
    }
}

#define NAME(name) name##_portable
#define SET KernelPortable
#define LANES 4
#define VECTORS 4
// NEON has 32 registers.
#if defined(__aarch64__)
#define KEYS 6
#else
#define KEYS 4
#endif
#include "many_rows.inc"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#define SET KernelAVX2
#define LANES 8
#define VECTORS 3
#define KEYS 4
#include "many_rows.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#define NAME(name) name##_avx512
#define SET KernelAVX512
#define LANES 16
#define VECTORS 3
#define KEYS 8
#include "many_rows.inc"
#pragma clang attribute pop
#endif

void kernel_attend_rows(KernelInstructionSet set, const KernelRowAttention *sizes, const float *queries,
                        const KernelRowContext *contexts, size_t contextCount, float *scratch, float *output) {
    DISPATCH(set, attend_rows, sizes, queries, contexts, contextCount, scratch, output);
}

size_t kernel_row_attention_scratch(const KernelRowAttention *sizes) {
    // The largest tile of all sets.
    enum { Tile = 48 };
    return tiles(sizes, Tile) * tile_numbers(sizes, Tile) + KeyBlock * (Tile + sizes->headSize + sizes->valueSize);
}
