// Matrices of 8-bit and 4-bit weights. Products with them are in ProductKernels.h.
//
// A matrix [outputs, columns] is cut into tiles of 16 outputs x 64 columns, both sides padded with zeros; tiles lie one
// after the other along the columns, then along the outputs. Within a tile, weights go by 4 columns of each of the 16
// outputs, then the next 4 columns: what one step of vpdpbusd, or four of sdot, takes.
//
//   q8, 1088 bytes: 16 scales in single precision; 16 x 16 x 4 weights of -127 to 127. A weight is scale * number.
//   q4,  576 bytes: 16 scales in bfloat16; 16 times four codes, of 4 bits each, of an output's columns 0-15, 16-31, 32-47
//         and 48-63, the first in the lowest bits; 8 times 64 pairs, whose low halves are columns 8p to 8p+3 and whose
//         high halves are columns 8p+4 to 8p+7. A code is a number of -8 to 7 in two's complement; a weight is
//         scale * code * (half - 8), so that with the scale aside it is a number of -56 to 64.
#pragma once
#include "KernelDataType.h"
#include <stddef.h>

enum { KernelTileOutputs = 16, KernelTileColumns = 64, KernelQ8TileBytes = 1088, KernelQ4TileBytes = 576 };

/// Packs 16 rows of weights as tiles: `weights` [rows, columns] are single precision, rows 1 to 16, the rest is padding.
/// Of the ways to round, that with the least squared error is taken. `type` is KernelQ8 or KernelQ4. Returns 0, and tiles
/// that mean nothing, when a weight is infinite or not a number.
int kernel_quantize_tiles(const float *_Nonnull weights, size_t rows, size_t columns, KernelDataType type,
                          void *_Nonnull tiles);

/// target[columns] = one output's weights. `tiles` are those of the whole matrix.
void kernel_widen_tiled_row(const void *_Nonnull tiles, KernelDataType type, size_t columns, size_t output,
                            float *_Nonnull target);
