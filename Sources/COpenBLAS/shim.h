#pragma once
#include <cblas.h>
#include <stdlib.h>
#include <string.h>

// OpenBLAS chooses its kernels when it is loaded, by a list of processors it knows: a newer one gets the slowest there
// are (Debian 12's 0.3.21 takes SSE3 kernels on a Xeon with AVX-512, a quarter of the speed). What it does at loading it
// can be made to do again; both functions are exported where it was built for several processors.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));
extern char *openblas_get_corename(void) __attribute__((weak));

/// Makes OpenBLAS use kernels for the instructions the processor has, where it did not recognise the processor. Call once,
/// before any other of its functions; OPENBLAS_CORETYPE in the environment keeps what it says.
static inline void openblas_recognise_processor(void) {
#if defined(__x86_64__)
    if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit || !openblas_get_corename || getenv("OPENBLAS_CORETYPE")) return;
    const char *chosen = openblas_get_corename(), *better = NULL;
    if (strcmp(chosen, "Prescott") != 0 && strcmp(chosen, "Core2") != 0) return;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd")) {
        better = "SkylakeX";
    } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        better = "Haswell";
    }
    if (!better) return;
    setenv("OPENBLAS_CORETYPE", better, 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
#endif
}
