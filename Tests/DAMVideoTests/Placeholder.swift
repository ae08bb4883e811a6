// DAMVideo
