// Products of matrices with rows of activations that are packed first. Single-threaded, as all kernels are.
//
// Quantised weights are multiplied with activations of 8 or 15 bits, each row's 64 columns with a scale of their own: of 8
// with q4, and of 15 with q8 where there are few rows or the set has no products of bytes that would be faster. Sums over 64
// columns are exact, so sets that take the same bits agree but for the rounding of single-precision sums.
//
// KernelAMX multiplies many rows with weights of 16 bits too. These and their activations are sums of bfloat16 parts there, as
// exact as single precision; of quantised weights and their activations one part is taken, of 8 bits, rounded to nearest.
#pragma once
#include "KernelDataType.h"
#include "MachineKernels.h"
#include <stddef.h>

/// Up to so many rows, reading the weights is most of the cost, and twice the bits for activations hide behind it.
enum { KernelFewRows = 16 };

/// Whether a set multiplies so many rows with weights of a type by the functions below; 0 or 1.
int kernel_multiplies_packed(KernelInstructionSet set, KernelDataType type, size_t rows);

/// The groups that rows are packed in.
size_t kernel_group_count(KernelInstructionSet set, size_t rows);

/// Bytes of rows [rows, columns] that are packed for products with weights of a type.
size_t kernel_packed_bytes(KernelInstructionSet set, KernelDataType type, size_t rows, size_t columns);

/// Packs groups `first` up to `end` of rows [rows, columns] for products of a set with weights of a type. `packed` is that of
/// all rows, 64-byte aligned. A block with an infinity or a NaN makes NaNs of its row's products.
void kernel_pack_activations(KernelInstructionSet set, KernelDataType type, const float *_Nonnull input, size_t rows,
                             size_t columns, size_t first, size_t end, void *_Nonnull packed);

/// Bytes of scratch memory that `kernel_multiply_packed` needs.
size_t kernel_multiply_scratch_bytes(KernelInstructionSet set, KernelDataType type, size_t columns, size_t rows);

/// output[r, o - first] = activations[r] . weights[o] for outputs `first` up to `end`; `first` is a multiple of 16. `weights`
/// and `packed` are those of the whole matrices; `scratch` is 64-byte aligned; output rows are `outputStride` apart. A row of
/// output has the same bits whatever other rows there are, up to KernelFewRows or from there on. The machine must have the set.
void kernel_multiply_packed(KernelInstructionSet set, const void *_Nonnull weights, KernelDataType type, size_t columns,
                            size_t first, size_t end, const void *_Nonnull packed, size_t rows, void *_Nonnull scratch,
                            float *_Nonnull output, size_t outputStride);
