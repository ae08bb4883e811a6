#include "CKernels.h"
void damvideo_kernels(void) {}
