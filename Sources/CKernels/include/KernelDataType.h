#pragma once
#include <stdint.h>

/// How a weight is stored: number by number, or in tiles (QuantizedKernels.h).
typedef enum KernelDataType : int32_t {
    KernelF32 = 0,
    KernelF16 = 1,
    KernelBF16 = 2,
    KernelQ8 = 3,
    KernelQ4 = 4,
} KernelDataType;
