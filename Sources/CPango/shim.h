#pragma once
#include <pango/pangocairo.h>

/// Pango's units in a pixel (PANGO_SCALE, a macro Swift does not see in every version).
static inline int cpango_scale(void) { return PANGO_SCALE; }
