/// Mean and deviation of the pictures of ImageNet, by channel (red, green, blue), as shares of the largest value: what many
/// published vision models were trained on pictures less the one and divided by the other.
package enum ImageNetStatistics {
    package static let mean = [0.485, 0.456, 0.406]
    package static let deviation = [0.229, 0.224, 0.225]
}
