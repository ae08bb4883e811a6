/// A binary max-heap with O(log n) operations.
struct Heap<Element: Comparable> {
    private var elements: [Element] = []

    mutating func insert(_ element: Element) {
        var child = elements.count
        elements.append(element)
        while child > 0 {
            let parent = (child - 1) / 2
            guard elements[parent] < elements[child] else { return }
            elements.swapAt(parent, child)
            child = parent
        }
    }

    mutating func popFirst() -> Element? {
        guard let last = elements.popLast() else { return nil }
        guard let first = elements.first else { return last }
        elements[0] = last
        var parent = 0
        while true {
            var greatest = parent
            for child in 2 * parent + 1...2 * parent + 2
            where child < elements.count && elements[greatest] < elements[child] {
                greatest = child
            }
            guard greatest != parent else { return first }
            elements.swapAt(parent, greatest)
            parent = greatest
        }
    }
}
