// Quantisation of weights to 8 and 4 bits. Products with them are in ProductKernels.h; products/products.md draws a tile.
//
// A matrix [outputs, columns] is divided into tiles of 16 outputs x 64 columns, zero-padded in both directions. Tiles are stored
// along the columns first, then along the outputs. A tile stores 4 columns of each of the 16 outputs, then the next 4 columns:
// the operand of one vpdpbusd on 512 bits, or of four sdot.
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

/// Quantises up to 16 rows of single-precision weights [rows, columns] to tiles, padded to 16. `type` is KernelQ8 or KernelQ4;
/// for q4, it tries several scales and takes the one with the least squared error. Returns 1, or 0, with unusable tiles, if a
/// weight is infinite or NaN.
int kernel_quantize_tiles(const float *_Nonnull weights, size_t rows, size_t columns, KernelDataType type,
                          void *_Nonnull tiles);

/// target[columns] = one output's weights. `tiles` is the whole matrix.
void kernel_widen_tiled_row(const void *_Nonnull tiles, KernelDataType type, size_t columns, size_t output,
                            float *_Nonnull target);
