// Matrices of 8-bit and 4-bit weights, and products with them. Single-threaded, as all kernels are.
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
//
// Products are taken with activations of 8 or 15 bits, each row's 64 columns with a scale of their own: of 8 with q4, and of
// 15 with q8 where there are few rows or the set has no products of bytes that would be faster. Sums over 64 columns are
// exact, so sets that take the same bits agree but for the rounding of single-precision sums.
#pragma once
#include "KernelDataType.h"
#include "MachineKernels.h"
#include <stddef.h>

enum { KernelTileOutputs = 16, KernelTileColumns = 64, KernelQ8TileBytes = 1088, KernelQ4TileBytes = 576 };

/// Rows that are packed and multiplied together at most.
enum { KernelGroupRows = 12 };

/// Packs 16 rows of weights as tiles: `weights` [rows, columns] are single precision, rows 1 to 16, the rest is padding.
/// Of the ways to round, that with the least squared error is taken. `type` is KernelQ8 or KernelQ4. Returns 0, and tiles
/// that mean nothing, when a weight is infinite or not a number.
int kernel_quantize_tiles(const float *_Nonnull weights, size_t rows, size_t columns, KernelDataType type,
                          void *_Nonnull tiles);

/// target[columns] = one output's weights. `tiles` are those of the whole matrix.
void kernel_widen_tiled_row(const void *_Nonnull tiles, KernelDataType type, size_t columns, size_t output,
                            float *_Nonnull target);

/// The groups that rows are packed in: how many, and where one begins; as equal as can be.
size_t kernel_group_count(size_t rows);
size_t kernel_group_start(size_t rows, size_t group);

/// Up to so many rows, reading the weights is most of the cost, and twice the bits for activations hide behind it.
enum { KernelFewRows = 16 };

/// Bytes of rows [rows, columns] that are packed for products with weights of a type.
size_t kernel_packed_bytes(KernelInstructionSet set, KernelDataType type, size_t rows, size_t columns);

/// Packs groups `first` up to `end` of rows [rows, columns] for products of a set with weights of a type. `packed` is that of
/// all rows. A block with an infinity or a NaN makes NaNs of its row's products.
void kernel_pack_activations(KernelInstructionSet set, KernelDataType type, const float *_Nonnull input, size_t rows,
                             size_t columns, size_t first, size_t end, void *_Nonnull packed);

/// Bytes of scratch memory that `kernel_multiply_tiles` needs.
size_t kernel_multiply_scratch_bytes(KernelInstructionSet set, size_t columns, size_t rows);

/// output[r, o - first] = activations[r] . weights[o] for outputs `first` up to `end`; `first` is a multiple of 16. `tiles`
/// and `packed` are those of the whole matrices, `packed` 4-byte and `scratch` 64-byte aligned; output rows are
/// `outputStride` apart. A row of output has the same bits whatever other rows there are, up to KernelFewRows or from there
/// on. The machine must have the set.
void kernel_multiply_tiles(KernelInstructionSet set, const void *_Nonnull tiles, KernelDataType type, size_t columns,
                           size_t first, size_t end, const void *_Nonnull packed, size_t rows, void *_Nonnull scratch,
                           float *_Nonnull output, size_t outputStride);
