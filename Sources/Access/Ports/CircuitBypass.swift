/// Lets calls reach their server although its circuit is open. This is meant for calls that a person waits for, and for calls
/// that find out whether the server is back.
///
/// The mark travels with the task, through child tasks and task groups, so the calls between here and the circuit need not
/// pass it on. It does not reach work that is only handed to another long-lived task, such as a queue.
package enum CircuitBypass {
    /// Whether the calls of the current task bypass open circuits.
    @TaskLocal package static var isActive = false

    /// Runs `body`; every call that it makes bypasses open circuits.
    package static func run<Answer, Failure: Error>(
        _ body: () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        // `withValue` does not pass on the type of the error, so the outcome is carried out of it as a value.
        let outcome: Result<Answer, Failure> = await $isActive.withValue(true) {
            do throws(Failure) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
