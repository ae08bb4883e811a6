#pragma once
#include <stdint.h>
#include <string.h>

/// Storage type of a weight: a plain number, or quantised in tiles (QuantizedKernels.h).
typedef enum KernelDataType : int32_t {
    KernelF32 = 0,
    KernelF16 = 1,
    KernelBF16 = 2,
    KernelQ8 = 3,
    KernelQ4 = 4,
} KernelDataType;

/// Adds the rounding of bfloat16 to the bits of single-precision numbers, scalar or vector: the upper half is then the nearest
/// bfloat16, ties to even. Not for NaNs.
#define KERNEL_ROUND_TO_BFLOAT16(bits) ((bits) + 0x7fff + ((bits) >> 16 & 1))

/// The bits of the nearest bfloat16 number, ties to even. A NaN stays a NaN.
static inline uint16_t kernel_nearest_bfloat16(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    // Rounding could carry a NaN's payload into the sign, or erase it.
    if (value != value) return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)(KERNEL_ROUND_TO_BFLOAT16(bits) >> 16);
}
