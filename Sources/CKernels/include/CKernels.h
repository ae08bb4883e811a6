void damvideo_kernels(void);
