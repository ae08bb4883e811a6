// Convolutions of maps with channels last, compiled once for each instruction set from convolution.inc.
#include "../common.h"
#include "../quantize/rounding.h"
#include "../vector_types.h"
#include "ConvolutionKernels.h"
#include <string.h>

// Most pointers to pixels that are kept: 16 KB, so that they and what they point to stay in L1 and L2.
enum { MostPointers = 2048 };

static size_t tap_count(const KernelConvolution *sizes) { return sizes->kernelHeight * sizes->kernelWidth; }

// Pixels whose pointers are kept at a time: whole tiles, at least one.
static size_t chunk_pixels(const KernelConvolution *sizes) {
    size_t tiles = MostPointers / (tap_count(sizes) * KernelConvolutionPixels);
    return (tiles < 1 ? 1 : tiles) * KernelConvolutionPixels;
}

size_t kernel_convolution_scratch(const KernelConvolution *sizes) {
    return chunk_pixels(sizes) * tap_count(sizes) * sizeof(float *) + sizes->channels * sizeof(float);
}

// Where the kernel's tap at (row, column) reads for output pixel (y, x); nil outside of the input.
INLINE const float *tap(const KernelConvolution *s, const float *input, size_t y, size_t x, size_t row, size_t column) {
    ptrdiff_t top = (ptrdiff_t)(y * s->strideY + row * s->dilationY) - s->top;
    ptrdiff_t left = (ptrdiff_t)(x * s->strideX + column * s->dilationX) - s->left;
    if (top < 0 || left < 0 || top >= (ptrdiff_t)s->inputHeight || left >= (ptrdiff_t)s->inputWidth) return NULL;
    return input + top * s->inputRow + left * s->inputColumn;
}

// Writes pointers[tile][tap][pixel of the tile] for `count` pixels from `first` on. Taps outside of the input point to zeros,
// pixels of the last tile that are not there to the last one's.
static void point(const KernelConvolution *s, const float *input, const float *zeros, size_t first, size_t count,
                  const float **pointers) {
    size_t taps = tap_count(s), tiles = (count + KernelConvolutionPixels - 1) / KernelConvolutionPixels;
    for (size_t place = 0; place < tiles * KernelConvolutionPixels; place++) {
        size_t pixel = first + (place < count ? place : count - 1);
        size_t y = pixel / s->outputWidth, x = pixel % s->outputWidth;
        const float **target = pointers + place / KernelConvolutionPixels * taps * KernelConvolutionPixels
            + place % KernelConvolutionPixels;
        for (size_t row = 0; row < s->kernelHeight; row++) {
            for (size_t column = 0; column < s->kernelWidth; column++) {
                const float *found = tap(s, input, y, x, row, column);
                *target = found ? found : zeros;
                target += KernelConvolutionPixels;
            }
        }
    }
}

// Tiles are pixels x blocks of 16 outputs, whose sums fill most registers: 3 blocks of one register of 512 bits with 8 pixels,
// 1 block of two registers of 256 bits with 4, 1 block of four registers of 128 bits with 2.
#define NAME(name) name##_portable
#define TILE_PIXELS 2
#define TILE_BLOCKS 1
#include "convolution.inc"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#define TILE_PIXELS 4
#define TILE_BLOCKS 1
#include "convolution.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#define NAME(name) name##_avx512
#define TILE_PIXELS 8
#define TILE_BLOCKS 3
#include "convolution.inc"
#pragma clang attribute pop

#define DISPATCH(set, name, ...)                                                                                       \
    switch (set) {                                                                                                     \
    case KernelAVX512: case KernelAVX512VNNI: case KernelAMX: name##_avx512(__VA_ARGS__); break;                       \
    case KernelAVX2: case KernelAVXVNNI: name##_avx2(__VA_ARGS__); break;                                              \
    default: name##_portable(__VA_ARGS__); break;                                                                      \
    }
#else
#define DISPATCH(set, name, ...) (void)set, name##_portable(__VA_ARGS__)
#endif

void kernel_convolve(KernelInstructionSet set, const KernelConvolution *sizes, const float *input, const float *weights,
                     const float *bias, const float *residual, float *output, size_t firstPixel, size_t endPixel,
                     size_t firstBlock, size_t endBlock, void *scratch) {
    size_t chunk = chunk_pixels(sizes);
    const float **pointers = scratch;
    float *zeros = (float *)(pointers + chunk * tap_count(sizes));
    memset(zeros, 0, sizes->channels * sizeof(float));
    for (size_t pixel = firstPixel; pixel < endPixel; pixel += chunk) {
        size_t count = endPixel - pixel < chunk ? endPixel - pixel : chunk;
        point(sizes, input, zeros, pixel, count, pointers);
        DISPATCH(set, convolve, sizes, pointers, weights, bias, residual, output, pixel, count, firstBlock, endBlock)
    }
}

void kernel_convolve_depthwise(KernelInstructionSet set, const KernelConvolution *sizes, const float *input,
                               const float *weights, const float *bias, const float *residual, float *output,
                               size_t firstRow, size_t endRow) {
    for (size_t row = firstRow; row < endRow; row++)
        DISPATCH(set, convolve_depthwise_row, sizes, input, weights, bias, residual, output, row)
}

void kernel_activate(KernelInstructionSet set, KernelActivation activation, float alpha, float beta, const float *input,
                     float *output, size_t count) {
    DISPATCH(set, activate, activation, alpha, beta, input, output, count)
}
