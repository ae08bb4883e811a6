// Softmax, activations and norms, in place or row by row, with the widest instruction set of the machine. Single-threaded, like
// all kernels.
#pragma once
#include <stddef.h>

/// values[count] = softmax(values), stable for any finite values. A value of -infinity gets a weight of at most 2e-38.
void kernel_softmax(float *_Nonnull values, size_t count);

/// One part of an online softmax: values[count] = e^(values - top). *top becomes the running maximum and *total the running sum;
/// start with -infinity and 0. Dividing everything by the final *total gives the softmax. Returns the factor for earlier parts'
/// results. A part of only -infinity becomes zeros.
float kernel_softmax_part(float *_Nonnull values, size_t count, float *_Nonnull top, float *_Nonnull total);

/// values[count] = GELU, with a relative error of 1.5e-7.
void kernel_gelu(float *_Nonnull values, size_t count);

/// values[count] = GELU in its tanh form.
void kernel_gelu_tanh(float *_Nonnull values, size_t count);

/// values[count] = SiLU.
void kernel_silu(float *_Nonnull values, size_t count);

/// gate[count] = silu(gate) * up.
void kernel_silu_multiply(float *_Nonnull gate, const float *_Nonnull up, size_t count);

/// output[r, c] = (input[r, c] - mean_r) / sqrt(variance_r + epsilon) * weight[c] + bias[c].
void kernel_layer_norm(const float *_Nonnull input, const float *_Nonnull weight, const float *_Nonnull bias,
                       float *_Nonnull output, size_t rows, size_t columns, float epsilon);

/// output[r, c] = input[r, c] / sqrt(mean over c of input^2 + epsilon) * weight[c].
void kernel_rms_norm(const float *_Nonnull input, const float *_Nonnull weight,
                     float *_Nonnull output, size_t rows, size_t columns, float epsilon);
