// What the quantised kernels know of tiles and packed rows; QuantizedKernels.h says how they lie.
#pragma once
#include "ProductKernels.h"
#include "QuantizedKernels.h"
#include <string.h>

// Steps of 4 columns in a tile, and parts of a q4 tile's columns that share a code.
enum { TileSteps = KernelTileColumns / 4, TileParts = 4, PartSteps = TileSteps / TileParts };

// How a row's 64 activations lie: numbers, a scale in single precision, and what their products need beside them.
typedef enum PackedForm {
    // Numbers of 8 bits, scale, their sum in 32 bits.
    PackedBytes,
    // Numbers of 15 bits: their multiples of 128, of 8 bits, then what these leave, of 8 bits; scale; sum.
    PackedParts,
    // Numbers of 15 bits in 16, of each four the even ones and then the odd ones; scale.
    PackedShorts,
    // Numbers of 8 bits, scale, and for each 16 columns two numbers of 16 bits: -8 times the sums of those that are 0 or 1
    // modulo 4, and of the others.
    PackedHalves,
    // Numbers of 8 bits, plus 128; scale.
    PackedOffsets,
    // A number of bfloat16, or the sum of three, as products_amx.inc says.
    PackedPart,
    PackedThreeParts,
} PackedForm;

// Bits of the second part of an activation.
enum { PartBits = 7 };

// Parts of bfloat16 whose sum a weight is; those of fewer bits are rounded to one.
static inline int weight_parts(KernelDataType type) { return type == KernelF16 ? 2 : 1; }

// The same of an activation; 0 where it is a number with a scale.
static inline int row_parts(PackedForm form) {
    return form == PackedPart ? 1 : form == PackedThreeParts ? 3 : 0;
}

static inline size_t packed_bytes(PackedForm form) {
    if (row_parts(form) > 0) return KernelTileColumns * sizeof(uint16_t) * (size_t)row_parts(form);
    size_t numbers = KernelTileColumns * (form == PackedParts || form == PackedShorts ? 2 : 1) + sizeof(float);
    if (form == PackedShorts || form == PackedOffsets) return numbers;
    return numbers + (form == PackedHalves ? TileParts * 4 : sizeof(int32_t));
}

// Behind a row's numbers.
static inline __attribute__((always_inline)) float packed_scale(const unsigned char *block, PackedForm form) {
    float scale;
    memcpy(&scale, block + KernelTileColumns * (form == PackedParts || form == PackedShorts ? 2 : 1), sizeof scale);
    return scale;
}

// Where a tile's numbers begin, and a q4 tile's codes.
enum { Q8Numbers = 64, Q4Codes = 32, Q4Numbers = 64 };

static inline size_t tile_bytes(KernelDataType type) {
    return type == KernelQ8 ? KernelQ8TileBytes : KernelQ4TileBytes;
}

static inline size_t tile_blocks(size_t columns) { return (columns + KernelTileColumns - 1) / KernelTileColumns; }

// A tile's 16 scales in single precision.
static inline void tile_scales(const unsigned char *tile, KernelDataType type, float *scales) {
    if (type == KernelQ8) {
        memcpy(scales, tile, KernelTileOutputs * sizeof *scales);
        return;
    }
    for (int o = 0; o < KernelTileOutputs; o++) {
        uint16_t half;
        memcpy(&half, tile + 2 * o, 2);
        uint32_t bits = (uint32_t)half << 16;
        memcpy(scales + o, &bits, 4);
    }
}

// An output's four codes.
static inline unsigned q4_codes(const unsigned char *tile, int output) {
    return tile[Q4Codes + 2 * output] | (unsigned)tile[Q4Codes + 2 * output + 1] << 8;
}

// One weight of a tile without its scale.
static inline int tile_number(const unsigned char *tile, KernelDataType type, int output, int column) {
    int step = column / 4, lane = output * 4 + column % 4;
    if (type == KernelQ8) return (signed char)tile[Q8Numbers + step * 64 + lane];
    int code = (int)(q4_codes(tile, output) >> (4 * (step / PartSteps)) & 15);
    unsigned pair = tile[Q4Numbers + step / 2 * 64 + lane];
    int half = step % 2 ? pair >> 4 : pair & 15;
    return (code < 8 ? code : code - 16) * (half - 8);
}
