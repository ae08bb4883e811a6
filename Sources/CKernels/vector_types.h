// Vectors of 512 bits for every instruction set; the compiler splits them if registers are narrower.
#pragma once
#include <stdint.h>

#define LANES 16
typedef float Vector __attribute__((vector_size(4 * LANES)));
typedef int32_t IntVector __attribute__((vector_size(4 * LANES)));
