// hot-paths PATH COUNT: does one of the things that the plugin does for every click or post, COUNT times, so that callgrind can
// count its instructions. `make bench-check` runs it.

guard CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[2]) else {
    fatalError("usage: hot-paths PATH COUNT, with one of \(HotPath.all.keys.sorted())")
}
guard let path = HotPath.all[CommandLine.arguments[1]] else { fatalError("no such path") }
let run = try path()
for _ in 0..<count { run() }
