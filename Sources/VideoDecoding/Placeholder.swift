// VideoDecoding
