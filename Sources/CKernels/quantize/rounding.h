// How kernels that write fewer bits round.
#pragma once
#include <stdint.h>
#include <string.h>

// The nearest whole number, ties to even, of up to 2^22: adding 1.5 * 2^23 rounds to it and leaves it in the low bits.
static inline __attribute__((always_inline)) int32_t nearest(float value) {
    float shifted = value + 12582912.0f;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return bits - 0x4b400000;
}
