// Numerical kernels: the inner loops of Tensors, about 3,900 lines of C with vector types, x86 intrinsics and some of NEON.
//
//   ProductKernels.h      products of matrices: untiled weights with few rows, packed rows with quantised weights or on AMX
//   QuantizedKernels.h    quantisation of weights to tiles of 8 and 4 bits, and back
//   AttentionKernels.h    attention of few and of many queries, and rows of keys and values in half precision and 8 bits
//   ConvolutionKernels.h  convolutions of maps with channels last, and activations that follow them
//   ElementwiseKernels.h  softmax, GELU, SiLU, layer and RMS norm
//   SamplingKernels.h     deformable sampling of a map, resizing of rows of a picture
//   MachineKernels.h      instruction sets and processors of the machine, and loops that measure its limits
//
// Each family has a folder with one body that is compiled once for each instruction set it supports, with that set's macros.
// products/products.md documents the layouts of products, convolution/convolution.md those of convolutions.
//
// Instruction sets are chosen at run time. Functions with a KernelInstructionSet use that set, which the machine must support;
// Swift passes kernel_fastest_instructions(), or for attention the widest that kernel_supports. Elementwise kernels,
// kernel_widen and kernel_sum_words choose for themselves. Quantisation has one body, for the baseline.
//
// Every kernel is single-threaded: Swift divides the work, with disjoint outputs for each thread. Kernels allocate nothing and
// do not check their arguments.
//
// Tests/TensorsTests compares products, attention and convolutions of every set that the machine supports with their definition
// in double precision, for sizes on both sides of each limit, and elementwise kernels of its widest set. Sets that the machine
// lacks are compiled but not run.
#pragma once
#include "AttentionKernels.h"
#include "ConvolutionKernels.h"
#include "ElementwiseKernels.h"
#include "KernelDataType.h"
#include "MachineKernels.h"
#include "ProductKernels.h"
#include "QuantizedKernels.h"
#include "SamplingKernels.h"
