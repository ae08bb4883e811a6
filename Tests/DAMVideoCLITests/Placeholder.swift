// DAMVideoCLI
