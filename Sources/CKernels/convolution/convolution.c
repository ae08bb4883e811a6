// Convolutions of maps with channels last, compiled once for each instruction set from convolution.inc.
#include "../common.h"
#include "../dispatch.h"
#include "../quantize/rounding.h"
#include "../vector_types.h"
#include "ConvolutionKernels.h"
#include <string.h>

// Subnormal numbers count as zeros from here to `restore_subnormals`: trained weights and sigmoids have some, and each product
// with one takes a hundred cycles. Returns the thread's setting.
static unsigned flush_subnormals(void) {
#if defined(__x86_64__)
    unsigned setting = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(setting | 0x8040);
    return setting;
#else
    return 0;
#endif
}

static void restore_subnormals(unsigned setting) {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(setting);
#else
    (void)setting;
#endif
}

// Most pointers to pixels that are kept: 16 KB, so that they and what they point to stay in L1 and L2.
enum { MostPointers = 2048 };

// Tiles whose sums wait for their activation, which takes them all at once: each is a long chain, and they overlap then.
enum { WaitingTiles = 4 };

// Side of the largest depthwise kernel whose loops are unrolled.
enum { MostDepthwiseTaps = 5 };

static size_t tap_count(const KernelConvolution *sizes) { return sizes->kernelHeight * sizes->kernelWidth; }

// Pixels whose pointers are kept at a time: whole tiles, at least one.
static size_t chunk_pixels(const KernelConvolution *sizes) {
    size_t tiles = MostPointers / (tap_count(sizes) * KernelConvolutionPixels);
    return (tiles < 1 ? 1 : tiles) * KernelConvolutionPixels;
}

size_t kernel_convolution_scratch(const KernelConvolution *sizes) {
    size_t chunk = chunk_pixels(sizes);
    return chunk * tap_count(sizes) * sizeof(float *) + sizes->channels * sizeof(float) + chunk / KernelConvolutionPixels;
}

// Input pixel that the kernel's tap at (row, column) reads for output pixel (y, x); null outside of the input.
INLINE const float *tap(const KernelConvolution *s, const float *input, size_t y, size_t x, size_t row, size_t column) {
    ptrdiff_t top = (ptrdiff_t)(y * s->strideY + row * s->dilationY) - s->top;
    ptrdiff_t left = (ptrdiff_t)(x * s->strideX + column * s->dilationX) - s->left;
    if (top < 0 || left < 0 || top >= (ptrdiff_t)s->inputHeight || left >= (ptrdiff_t)s->inputWidth) return NULL;
    return input + top * s->inputRow + left * s->inputColumn;
}

// Input pixel that the kernel's first tap reads for output pixel (y, x), if it lies inside of the input.
INLINE const float *first_tap(const KernelConvolution *s, const float *input, size_t y, size_t x) {
    return input + ((ptrdiff_t)(y * s->strideY) - s->top) * s->inputRow + ((ptrdiff_t)(x * s->strideX) - s->left) * s->inputColumn;
}

// Columns of the output whose taps all lie within the input's columns: *first up to *end, for a row whose taps lie in it; else
// none.
static void inner_columns(const KernelConvolution *s, size_t y, size_t *first, size_t *end) {
    ptrdiff_t top = (ptrdiff_t)(y * s->strideY) - s->top, stride = (ptrdiff_t)s->strideX;
    ptrdiff_t bottom = top + (ptrdiff_t)((s->kernelHeight - 1) * s->dilationY);
    ptrdiff_t last = (ptrdiff_t)s->inputWidth - 1 - (ptrdiff_t)((s->kernelWidth - 1) * s->dilationX) + s->left;
    *first = *end = 0;
    if (top < 0 || bottom >= (ptrdiff_t)s->inputHeight || last < 0) return;
    *first = s->left > 0 ? (size_t)((s->left + stride - 1) / stride) : 0;
    *end = (size_t)(last / stride) + 1;
    if (*end > s->outputWidth) *end = s->outputWidth;
    if (*end < *first) *end = *first;
}

// Taps of a row of the kernel that lie next to each other in memory: they are read as one of more channels.
INLINE size_t merged_taps(const KernelConvolution *s) {
    return s->dilationX == 1 && s->inputColumn == (ptrdiff_t)s->channels ? s->kernelWidth : 1;
}

// A tile whose pixels all lie inside: pointers[taps, merged][pixel].
static void point_inside(const KernelConvolution *s, const float *const *places, const float **pointers) {
    size_t merged = merged_taps(s);
    for (size_t row = 0; row < s->kernelHeight; row++) {
        for (size_t column = 0; column < s->kernelWidth; column += merged) {
            ptrdiff_t offset = (ptrdiff_t)(row * s->dilationY) * s->inputRow + (ptrdiff_t)(column * s->dilationX) * s->inputColumn;
            for (size_t p = 0; p < KernelConvolutionPixels; p++) pointers[p] = places[p] + offset;
            pointers += KernelConvolutionPixels;
        }
    }
}

// Another tile, with pixels (y, x): taps outside of the input point to zeros.
static void point_outside(const KernelConvolution *s, const float *input, const float *zeros, const size_t *y, const size_t *x,
                          const float **pointers) {
    for (size_t row = 0; row < s->kernelHeight; row++) {
        for (size_t column = 0; column < s->kernelWidth; column++) {
            for (size_t p = 0; p < KernelConvolutionPixels; p++) {
                const float *found = tap(s, input, y[p], x[p], row, column);
                *pointers++ = found ? found : zeros;
            }
        }
    }
}

// 1 where a result is a long sum, its map larger than a share of L2 and its rows one after the other. 4 % of linear layers over a
// thousand tokens; for less the prefetches cost more than the loads.
static int is_worth_prefetching(const KernelConvolution *s) {
    const ptrdiff_t longSum = 128, manyBytes = 1 << 20;
    ptrdiff_t width = (ptrdiff_t)s->outputWidth, row = width * s->outputColumn;
    return (ptrdiff_t)(tap_count(s) * s->channels) >= longSum && row * (ptrdiff_t)s->outputHeight * (ptrdiff_t)sizeof(float) > manyBytes
        && s->outputRow == row && (s->residualRow == 0 || s->residualRow == width * s->residualColumn);
}

// 1 where pixels of the input are those of the output, one after the other.
static int is_pointwise(const KernelConvolution *s) {
    return tap_count(s) == 1 && s->strideY == 1 && s->strideX == 1 && s->top == 0 && s->left == 0
        && s->inputWidth == s->outputWidth && s->inputRow == (ptrdiff_t)s->inputWidth * s->inputColumn
        && s->outputHeight <= s->inputHeight;
}

// The same as `point`, for these.
static void point_in_line(const KernelConvolution *s, const float *input, size_t first, size_t count, const float **pointers,
                          unsigned char *merged) {
    size_t tiles = (count + KernelConvolutionPixels - 1) / KernelConvolutionPixels;
    const float *place = input + (ptrdiff_t)first * s->inputColumn;
    for (size_t p = 0; p < count; p++, place += s->inputColumn) pointers[p] = place;
    for (size_t p = count; p < tiles * KernelConvolutionPixels; p++) pointers[p] = pointers[count - 1];
    memset(merged, 1, tiles);
}

// Writes pointers[tile][tap][pixel of the tile] for `count` pixels from `first` on, and taps that tiles have merged. Pixels of
// the last tile that are not there point where the last one does.
static void point(const KernelConvolution *s, const float *input, const float *zeros, size_t first, size_t count,
                  const float **pointers, unsigned char *merged) {
    size_t taps = tap_count(s), y = first / s->outputWidth, x = first % s->outputWidth, inner, end;
    const ptrdiff_t step = (ptrdiff_t)s->strideX * s->inputColumn;
    const float *place = first_tap(s, input, y, x);
    inner_columns(s, y, &inner, &end);
    for (size_t tile = 0; tile * KernelConvolutionPixels < count; tile++) {
        const float *places[KernelConvolutionPixels];
        size_t rows[KernelConvolutionPixels], columns[KernelConvolutionPixels];
        int inside = 1;
        for (size_t p = 0; p < KernelConvolutionPixels; p++) {
            rows[p] = y;
            columns[p] = x;
            places[p] = place;
            inside &= x >= inner && x < end;
            if (tile * KernelConvolutionPixels + p + 1 >= count) continue;
            place += step;
            if (++x < s->outputWidth) continue;
            x = 0;
            place = first_tap(s, input, ++y, x);
            inner_columns(s, y, &inner, &end);
        }
        const float **target = pointers + tile * taps * KernelConvolutionPixels;
        if (inside)
            point_inside(s, places, target);
        else
            point_outside(s, input, zeros, rows, columns, target);
        merged[tile] = (unsigned char)inside;
    }
}

// Tiles are pixels x blocks of 16 outputs, whose sums fill most registers: up to 3 blocks of one register of 512 bits with 8
// pixels or 4 with 4, 1 block of two registers of 256 bits with 4, 1 block of four registers of 128 bits with 2. With 512 bits
// about one load a cycle was measured for two products: 4 blocks with 4 pixels have as many loads as cycles.
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
#define TILE_BLOCKS 4
#include "convolution.inc"
#pragma clang attribute pop
#endif

void kernel_convolve(KernelInstructionSet set, const KernelConvolution *sizes, const float *input, const float *weights,
                     const float *bias, const float *residual, float *output, size_t firstPixel, size_t endPixel,
                     size_t firstBlock, size_t endBlock, void *scratch) {
    size_t chunk = chunk_pixels(sizes);
    const float **pointers = scratch;
    float *zeros = (float *)(pointers + chunk * tap_count(sizes));
    unsigned char *merged = (unsigned char *)(zeros + sizes->channels);
    memset(zeros, 0, sizes->channels * sizeof(float));
    unsigned setting = flush_subnormals();
    for (size_t pixel = firstPixel; pixel < endPixel; pixel += chunk) {
        size_t count = endPixel - pixel < chunk ? endPixel - pixel : chunk;
        if (is_pointwise(sizes))
            point_in_line(sizes, input, pixel, count, pointers, merged);
        else
            point(sizes, input, zeros, pixel, count, pointers, merged);
        DISPATCH(set, convolve, sizes, pointers, merged, weights, bias, residual, output, pixel, count, firstBlock, endBlock);
    }
    restore_subnormals(setting);
}

void kernel_convolve_depthwise(KernelInstructionSet set, const KernelConvolution *sizes, const float *input,
                               const float *weights, const float *bias, const float *residual, float *output,
                               size_t firstRow, size_t endRow) {
    unsigned setting = flush_subnormals();
    for (size_t row = firstRow; row < endRow; row++)
        DISPATCH(set, convolve_depthwise_row, sizes, input, weights, bias, residual, output, row);
    restore_subnormals(setting);
}

void kernel_activate(KernelInstructionSet set, KernelActivation activation, float alpha, float beta, const float *input,
                     float *output, size_t count) {
    DISPATCH(set, activate, activation, alpha, beta, input, output, count);
}
