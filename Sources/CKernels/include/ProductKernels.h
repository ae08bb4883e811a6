// Products of matrices, for few rows with untiled weights and with rows that are packed first. Single-threaded, as all kernels
// are.
//
// Quantised weights are multiplied with activations of 8 or 15 bits; each row has one scale for 64 columns. q4 takes 8 bits. q8
// takes 15 with AVX2 and for up to KernelFewRows, else 8. Sums over 64 columns are exact, so instruction sets that take the
// same bits agree except for the rounding of single-precision sums.
//
// KernelAMX multiplies more rows in bfloat16. Weights of 16 bits and their activations are sums of bfloat16 parts, as exact as
// single precision; quantised weights and their activations are rounded to one part, of 8 bits.
#pragma once
#include "KernelDataType.h"
#include "MachineKernels.h"
#include <stddef.h>

/// target[count] = source[count] widened to single precision. `source` needs no alignment. Not for q8 and q4.
void kernel_widen(const void *_Nonnull source, KernelDataType type, float *_Nonnull target, size_t count);

/// output[r, o] = sum over c of input[r, c] * weights[o, c], for r < rows, o < outputs, c < columns. Not for q8 and q4.
/// weights [outputs, columns] are contiguous and need no alignment; input rows are `columns` apart, output rows `outputStride`.
/// For few rows: each weight is read from memory once for all of them. A row of output has the same bits whatever other rows
/// there are. The machine must have the set.
void kernel_matrix_vector(KernelInstructionSet set, const void *_Nonnull weights, KernelDataType type, size_t outputs,
                          size_t columns, const float *_Nonnull input, size_t rows, float *_Nonnull output,
                          size_t outputStride);

/// Most rows for which products are bound by reading the weights, so that activations of twice the bits cost no time.
enum { KernelFewRows = 16 };

/// 1 where a set multiplies this many rows with weights of a type by the functions below, else 0.
int kernel_multiplies_packed(KernelInstructionSet set, KernelDataType type, size_t rows);

/// Groups that rows are packed in.
size_t kernel_group_count(KernelInstructionSet set, size_t rows);

/// Bytes of rows [rows, columns] that are packed for products with weights of a type.
size_t kernel_packed_bytes(KernelInstructionSet set, KernelDataType type, size_t rows, size_t columns);

/// Packs groups `first` up to `end` of rows [rows, columns] for products of a set with weights of a type. `packed` holds all
/// rows and is 64-byte aligned. An infinity or a NaN makes NaNs of its row's products.
void kernel_pack_activations(KernelInstructionSet set, KernelDataType type, const float *_Nonnull input, size_t rows,
                             size_t columns, size_t first, size_t end, void *_Nonnull packed);

/// Bytes of scratch memory for `kernel_multiply_packed`.
size_t kernel_multiply_scratch_bytes(KernelInstructionSet set, KernelDataType type, size_t columns, size_t rows);

/// Function of a product and its bias.
typedef enum KernelProductFunction : int32_t {
    KernelProductAlone = 0,
    KernelProductGELU = 1,
    KernelProductGELUTanh = 2,
    KernelProductSiLU = 3,
    KernelProductReLU = 4,
    /// silu(g) * x, where the output holds g, the values of a gate, when the product begins.
    KernelProductGatedBySiLU = 5,
} KernelProductFunction;

/// Steps that follow a product while a few rows of it are in L1: bias, function, residual, in this order.
typedef struct KernelEpilogue {
    /// One number for each output from the product's first on; NULL for none.
    const float *_Nullable bias;
    KernelProductFunction function;
    /// Numbers in the places of the output's, which may not be the output itself; NULL for none. Not for gated products.
    const float *_Nullable residual;
} KernelEpilogue;

/// output[r, o - first] = epilogue(activations[r] . weights[o]) for outputs `first` up to `end`; `first` is a multiple of 16. `weights`
/// and `packed` hold the whole matrices; `scratch` is 64-byte aligned; output rows are `outputStride` apart. A row of output
/// has the same bits whatever other rows there are, on either side of KernelFewRows. The machine must have the set.
void kernel_multiply_packed(KernelInstructionSet set, const void *_Nonnull weights, KernelDataType type, size_t columns,
                            size_t first, size_t end, const void *_Nonnull packed, size_t rows,
                            const KernelEpilogue *_Nonnull epilogue, void *_Nonnull scratch, float *_Nonnull output,
                            size_t outputStride);
