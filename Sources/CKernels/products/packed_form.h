// Layouts of one packed row's block: 64 activations and the data that products with them need. See products.md for drawings.
#pragma once
#include "../quantize/tiles.h"

typedef enum PackedForm {
    // int8[64], scale, sum of the 64 numbers in 32 bits. For products of bytes, with q4 and with q8.
    PackedInt8,
    // 15 bits as two int8[64], number = 128 * first + second; scale; sum of the 64 numbers. For products of bytes, with q8.
    PackedInt15Parts,
    // 15 bits as int16[64], for each four columns the even ones and then the odd ones; scale. For AVX2 with q8.
    PackedInt15Words,
    // int8[64], scale, and for each 16 columns two int16: -8 times the sum of columns 0 and 1 modulo 4, and -8 times that of
    // columns 2 and 3. For AVX2 with q4, up to one group of rows.
    PackedInt8Sums,
    // uint8[64], the number plus 128; scale. For AVX2 with q4, several groups of rows.
    PackedUInt8,
    // bfloat16[64], without a scale, in AMX's tile layout. For AMX with q4 and q8.
    PackedBFloat16,
    // Three bfloat16[64] that add up to the number, without a scale, in AMX's tile layout. For AMX with 16-bit weights.
    PackedBFloat16Triple,
} PackedForm;

// Bits of the second part of PackedInt15Parts.
enum { PartBits = 7 };

// Number of bfloat16 parts that add up to an activation; 0 for integer forms.
static inline int row_parts(PackedForm form) {
    return form == PackedBFloat16 ? 1 : form == PackedBFloat16Triple ? 3 : 0;
}

// Number of bfloat16 parts that add up to a weight in AMX's tiles. Quantised weights are rounded to one.
static inline int weight_parts(KernelDataType type) { return type == KernelF16 ? 2 : 1; }

// Bytes of a block's integers, which are followed by its scale.
static inline __attribute__((always_inline)) size_t number_bytes(PackedForm form) {
    return KernelTileColumns * (form == PackedInt15Parts || form == PackedInt15Words ? 2 : 1);
}

// Bytes of a row's block.
static inline size_t packed_bytes(PackedForm form) {
    if (row_parts(form) > 0) return KernelTileColumns * sizeof(uint16_t) * (size_t)row_parts(form);
    size_t scaled = number_bytes(form) + sizeof(float);
    if (form == PackedInt15Words || form == PackedUInt8) return scaled;
    return scaled + (form == PackedInt8Sums ? TileParts * 4 : sizeof(int32_t));
}

static inline __attribute__((always_inline)) float packed_scale(const unsigned char *block, PackedForm form) {
    float scale;
    memcpy(&scale, block + number_bytes(form), sizeof scale);
    return scale;
}
