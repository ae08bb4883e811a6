// MaskTracking
