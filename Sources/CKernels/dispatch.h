// Choice of a function among the sets that it was compiled for.
#pragma once
#include "MachineKernels.h"

// Calls name_avx512, name_avx2 or name_portable, whichever `set` has, and has its value. Sets that differ in products of bytes alone
// share a function.
#if defined(__x86_64__)
#define DISPATCH(set, name, ...)                                                                                       \
    (widest_vectors(set) == KernelAVX512 ? name##_avx512(__VA_ARGS__)                                                  \
     : widest_vectors(set) == KernelAVX2 ? name##_avx2(__VA_ARGS__)                                                    \
                                         : name##_portable(__VA_ARGS__))

static inline KernelInstructionSet widest_vectors(KernelInstructionSet set) {
    switch (set) {
    case KernelAVX512: case KernelAVX512VNNI: case KernelAMX: return KernelAVX512;
    case KernelAVX2: case KernelAVXVNNI: return KernelAVX2;
    default: return KernelPortable;
    }
}
#else
#define DISPATCH(set, name, ...) ((void)(set), name##_portable(__VA_ARGS__))
#endif
