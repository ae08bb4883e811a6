// Access to tiles of quantised weights. QuantizedKernels.h describes their bytes, products/products.md draws them.
#pragma once
#include "ProductKernels.h"
#include "QuantizedKernels.h"
#include "rounding.h"

// A step is 4 columns; a part is the 16 columns of a q4 tile that share a code.
enum { TileSteps = KernelTileColumns / 4, TileParts = 4, PartSteps = TileSteps / TileParts };

// Byte offsets of a tile's numbers, and of a q4 tile's codes.
enum { Q8Numbers = 64, Q4Codes = 32, Q4Numbers = 64 };

static inline size_t tile_bytes(KernelDataType type) {
    return type == KernelQ8 ? KernelQ8TileBytes : KernelQ4TileBytes;
}

// Blocks of 64 columns, the last padded.
static inline size_t tile_blocks(size_t columns) { return (columns + KernelTileColumns - 1) / KernelTileColumns; }

// Reads a tile's 16 scales.
static inline void tile_scales(const unsigned char *tile, KernelDataType type, float *scales) {
    if (type == KernelQ8) {
        memcpy(scales, tile, KernelTileOutputs * sizeof *scales);
        return;
    }
    for (int o = 0; o < KernelTileOutputs; o++) {
        uint16_t bits;
        memcpy(&bits, tile + 2 * o, sizeof bits);
        scales[o] = bfloat16_to_float(bits);
    }
}

// An output's four codes, of 4 bits each.
static inline unsigned q4_codes(const unsigned char *tile, int output) {
    return tile[Q4Codes + 2 * output] | (unsigned)tile[Q4Codes + 2 * output + 1] << 8;
}

// One weight of a tile, not scaled.
static inline int tile_number(const unsigned char *tile, KernelDataType type, int output, int column) {
    int step = column / 4, lane = output * 4 + column % 4;
    if (type == KernelQ8) return (signed char)tile[Q8Numbers + step * 64 + lane];
    int code = (int)(q4_codes(tile, output) >> (4 * (step / PartSteps)) & 15);
    unsigned pair = tile[Q4Numbers + step / 2 * 64 + lane];
    int half = step % 2 ? pair >> 4 : pair & 15;
    return (code < 8 ? code : code - 16) * (half - 8);
}
