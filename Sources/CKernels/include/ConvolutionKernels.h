// Convolutions of channels-last maps with fused bias, activation and residual. Single-threaded, like all kernels.
// convolution/convolution.md describes the algorithm.
#pragma once
#include "MachineKernels.h"
#include <stddef.h>
#include <stdint.h>

/// Block of output channels in packed weights; weights and biases are padded to multiples of it.
enum { KernelConvolutionBlock = 16 };

/// Output pixels computed together. Work divided at multiples of it is not duplicated.
enum { KernelConvolutionPixels = 8 };

/// An elementwise function with parameters `alpha` and `beta`.
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

/// A convolution of one group of channels of one image. Strides are elements from one row, or column, to the next.
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
    /// Zero padding above and to the left of the input; negative if the kernel starts further inside.
    ptrdiff_t top, left;
    KernelActivation activation;
    float alpha, beta;
} KernelConvolution;

/// Bytes of scratch memory for `kernel_convolve`.
size_t kernel_convolution_scratch(const KernelConvolution *_Nonnull sizes);

/// output = activation(convolution of input + bias) + residual, for output pixels `firstPixel` ..< `endPixel` in row-major
/// order, and blocks of outputs `firstBlock` ..< `endBlock`. Subnormal numbers count as zeros.
/// - weights: [blocks][kernelHeight][kernelWidth][channels][KernelConvolutionBlock]; bias: [blocks][KernelConvolutionBlock].
/// - residual: one number per output; NULL for none.
/// - scratch: not shared between threads.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must support.
void kernel_convolve(KernelInstructionSet set, const KernelConvolution *_Nonnull sizes, const float *_Nonnull input,
                     const float *_Nonnull weights, const float *_Nonnull bias, const float *_Nullable residual,
                     float *_Nonnull output, size_t firstPixel, size_t endPixel, size_t firstBlock, size_t endBlock,
                     void *_Nonnull scratch);

/// The depthwise case: `channels` groups of one channel, and as many outputs. Computes rows `firstRow` ..< `endRow` of the
/// output.
/// - weights: [kernelHeight][kernelWidth][channels, padded to blocks].
/// - input: up to a block less 1 floats past each pixel's channels are read, without effect on results.
void kernel_convolve_depthwise(KernelInstructionSet set, const KernelConvolution *_Nonnull sizes, const float *_Nonnull input,
                               const float *_Nonnull weights, const float *_Nonnull bias, const float *_Nullable residual,
                               float *_Nonnull output, size_t firstRow, size_t endRow);

/// output[count] = activation(input[count]); both may be the same buffer.
void kernel_activate(KernelInstructionSet set, KernelActivation activation, float alpha, float beta,
                     const float *_Nonnull input, float *_Nonnull output, size_t count);
