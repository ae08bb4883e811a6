// Convolutions of maps whose channels lie next to each other, with bias, activation and residual in one pass. Single-threaded,
// as all kernels are. convolution/convolution.md says how they go about it.
#pragma once
#include "MachineKernels.h"
#include <stddef.h>
#include <stdint.h>

/// Output channels that weights are packed in, and the multiple that weights and biases are padded to.
enum { KernelConvolutionBlock = 16 };

/// Output pixels that are computed at a time: where work is divided at multiples of them, none is done twice.
enum { KernelConvolutionPixels = 8 };

/// A function of one number; `alpha` and `beta` are its parameters.
typedef enum KernelActivation : int32_t {
    KernelIdentity = 0,
    KernelReLU = 1,
    /// x, or alpha * x below 0.
    KernelLeakyReLU = 2,
    KernelSigmoid = 3,
    /// x * sigmoid(x).
    KernelSiLU = 4,
    /// x * min(1, max(0, x / 6 + 1 / 2)).
    KernelHardSwish = 5,
    /// min(1, max(0, alpha * x + beta)).
    KernelHardSigmoid = 6,
    /// min(beta, max(alpha, x)).
    KernelClip = 7,
} KernelActivation;

/// A convolution of one group of channels of one picture. Strides are numbers from one row, or column, to the next.
typedef struct {
    size_t channels;
    size_t inputHeight, inputWidth;
    ptrdiff_t inputRow, inputColumn;
    size_t outputs;
    size_t outputHeight, outputWidth;
    ptrdiff_t outputRow, outputColumn;
    ptrdiff_t residualRow, residualColumn;
    size_t kernelHeight, kernelWidth;
    size_t strideY, strideX, dilationY, dilationX;
    /// Rows above and columns left of the input that the kernel reaches, as zeros; negative where it begins further in.
    ptrdiff_t top, left;
    KernelActivation activation;
    float alpha, beta;
} KernelConvolution;

/// Bytes of scratch memory for `kernel_convolve`.
size_t kernel_convolution_scratch(const KernelConvolution *_Nonnull sizes);

/// output = activation(convolution of input + bias) + residual, for output pixels `firstPixel` up to `endPixel`, counted along
/// the rows, and blocks of outputs `firstBlock` up to `endBlock`. Subnormal numbers count as zeros.
/// - weights: [blocks][kernelHeight][kernelWidth][channels][KernelConvolutionBlock]; bias: [blocks][KernelConvolutionBlock].
/// - residual: one number for each output; NULL for none.
/// - scratch: of one thread.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must have.
void kernel_convolve(KernelInstructionSet set, const KernelConvolution *_Nonnull sizes, const float *_Nonnull input,
                     const float *_Nonnull weights, const float *_Nonnull bias, const float *_Nullable residual,
                     float *_Nonnull output, size_t firstPixel, size_t endPixel, size_t firstBlock, size_t endBlock,
                     void *_Nonnull scratch);

/// The same for one channel a group, `channels` groups and as many outputs: rows `firstRow` up to `endRow` of the output.
/// - weights: [kernelHeight][kernelWidth][channels, padded to blocks].
/// - input: up to a block less 1 numbers behind each pixel's channels are read, without effect on results.
void kernel_convolve_depthwise(KernelInstructionSet set, const KernelConvolution *_Nonnull sizes, const float *_Nonnull input,
                               const float *_Nonnull weights, const float *_Nonnull bias, const float *_Nullable residual,
                               float *_Nonnull output, size_t firstRow, size_t endRow);

/// output[count] = activation(input[count]); they may be the same.
void kernel_activate(KernelInstructionSet set, KernelActivation activation, float alpha, float beta,
                     const float *_Nonnull input, float *_Nonnull output, size_t count);
