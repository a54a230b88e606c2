/// The parts of a replica's work whose next steps follow from what each of them was told, and from the memory that they share.
enum Activity: Int, CaseIterable {
    case posts, sweeps, clicks, keys

    /// The activity of the present task. The tasks that it begins inherit it.
    @TaskLocal static var current = Activity.posts
}
