// Rounding to fewer bits, and bfloat16.
#pragma once
#include <stdint.h>
#include <string.h>

// 1.5 * 2^23: adding it rounds to an integer, ties to even, which is then in the low bits. For magnitudes up to 2^22.
#define ROUNDING_SHIFT 12582912.0f
#define ROUNDING_SHIFT_BITS 0x4b400000

// The nearest integer, ties to even.
static inline __attribute__((always_inline)) int32_t nearest(float value) {
    float shifted = value + ROUNDING_SHIFT;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return bits - ROUNDING_SHIFT_BITS;
}

// The upper half of a single-precision number is a bfloat16 number.
static inline float bfloat16_to_float(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float result;
    memcpy(&result, &wide, sizeof result);
    return result;
}
