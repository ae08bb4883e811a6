// Softmax, activations and norms, compiled once for each instruction set from elementwise.inc. Every call chooses the widest
// set of the machine, at the price of a load and a branch.
#include "../common.h"
#include "../dispatch.h"
#include "../quantize/rounding.h"
#include "../vector_types.h"
#include "ElementwiseKernels.h"
#include "MachineKernels.h"
#include <math.h>
#include <string.h>

#define NAME(name) name##_portable
#include "elementwise.inc"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#include "elementwise.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#define NAME(name) name##_avx512
#include "elementwise.inc"
#pragma clang attribute pop
#endif

// The widest of these sets that the machine has, asked once.
static KernelInstructionSet widest(void) {
    static int known = -1;
    int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (answer < 0) {
        answer = kernel_supports(KernelAVX512) ? KernelAVX512 : kernel_supports(KernelAVX2) ? KernelAVX2 : KernelPortable;
        __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
    }
    return answer;
}

void kernel_softmax(float *values, size_t count) { DISPATCH(widest(), softmax, values, count); }

float kernel_softmax_part(float *values, size_t count, float *top, float *total) {
    return DISPATCH(widest(), softmax_part, values, count, top, total);
}

void kernel_gelu(float *values, size_t count) { DISPATCH(widest(), gelu, values, count); }

void kernel_gelu_tanh(float *values, size_t count) { DISPATCH(widest(), gelu_tanh, values, count); }

void kernel_silu_multiply(float *gate, const float *up, size_t count) { DISPATCH(widest(), silu_multiply, gate, up, count); }

void kernel_silu(float *values, size_t count) { DISPATCH(widest(), silu, values, count); }

void kernel_layer_norm(const float *input, const float *weight, const float *bias, float *output,
                       size_t rows, size_t columns, float epsilon) {
    DISPATCH(widest(), layer_norm, input, weight, bias, output, rows, columns, epsilon);
}

void kernel_rms_norm(const float *input, const float *weight, float *output,
                     size_t rows, size_t columns, float epsilon) {
    DISPATCH(widest(), rms_norm, input, weight, output, rows, columns, epsilon);
}
