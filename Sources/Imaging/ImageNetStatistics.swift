/// Mean and standard deviation of ImageNet's images by channel (red, green, blue), for values in 0...1. Many published vision
/// models expect inputs normalised with them.
package enum ImageNetStatistics {
    package static let mean = [0.485, 0.456, 0.406]
    package static let deviation = [0.229, 0.224, 0.225]
}
