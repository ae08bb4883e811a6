// The few loops that need SIMD Swift cannot express portably: half-precision loads and the exponential.
// Every kernel is single-threaded; Swift divides the work. The fastest version the machine has is chosen at run time.
#pragma once
#include "KernelDataType.h"
#include "MachineKernels.h"
#include "ProductKernels.h"
#include "QuantizedKernels.h"
#include <stddef.h>
#include <stdint.h>

/// target[count] = source[count] widened to single precision. `source` needs no alignment.
void kernel_widen(const void *_Nonnull source, KernelDataType type, float *_Nonnull target, size_t count);

/// output[r, o] = sum over c of input[r, c] * weights[o, c], for r < rows, o < outputs, c < columns.
/// weights [outputs, columns] are contiguous and need no alignment; input rows are `columns` apart, output rows `outputStride`.
/// Meant for few rows: each weight is read from memory once for all of them. A row of output has the same bits whatever
/// other rows there are. The machine must have the set.
void kernel_matrix_vector(KernelInstructionSet set, const void *_Nonnull weights, KernelDataType type, size_t outputs,
                          size_t columns, const float *_Nonnull input, size_t rows, float *_Nonnull output,
                          size_t outputStride);

/// values[count] = softmax(values), stable for any finite values; a value of -infinity gets no weight to speak of.
void kernel_softmax(float *_Nonnull values, size_t count);

/// One part of a softmax over numbers that come in parts: values[count] = e^(values - top), where *top becomes the
/// highest so far and *total the sum so far. Start with -infinity and 0; all of it divided by *total is the softmax.
/// Returns what the earlier parts' results must be multiplied by; a part of -infinity alone becomes zeros.
float kernel_softmax_part(float *_Nonnull values, size_t count, float *_Nonnull top, float *_Nonnull total);

/// values[count] = GELU, to 1.5e-7 of the value.
void kernel_gelu(float *_Nonnull values, size_t count);

/// values[count] = GELU in its tanh form.
void kernel_gelu_tanh(float *_Nonnull values, size_t count);

/// gate[count] = silu(gate) * up.
void kernel_silu_multiply(float *_Nonnull gate, const float *_Nonnull up, size_t count);

/// output[r, c] = (input[r, c] - mean_r) / sqrt(variance_r + epsilon) * weight[c] + bias[c].
void kernel_layer_norm(const float *_Nonnull input, const float *_Nonnull weight, const float *_Nonnull bias,
                       float *_Nonnull output, size_t rows, size_t columns, float epsilon);

/// output[r, c] = input[r, c] / sqrt(mean over c of input^2 + epsilon) * weight[c].
void kernel_rms_norm(const float *_Nonnull input, const float *_Nonnull weight,
                     float *_Nonnull output, size_t rows, size_t columns, float epsilon);

#include "AttentionKernels.h"
