import Access

/// Runs `body` for all items concurrently and returns the results in the order of the items.
func atOnce<Item: Sendable, Value: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) async throws(MattermostError) -> Value
) async -> [(Item, Result<Value, MattermostError>)] {
    await withTaskGroup(of: (Int, Result<Value, MattermostError>).self) { group in
        for (index, item) in items.enumerated() {
            group.addTask {
                do throws(MattermostError) {
                    return (index, .success(try await body(item)))
                } catch {
                    return (index, .failure(error))
                }
            }
        }
        var results: [Int: Result<Value, MattermostError>] = [:]
        for await (index, result) in group { results[index] = result }
        return items.enumerated().compactMap { index, item in results[index].map { (item, $0) } }
    }
}
