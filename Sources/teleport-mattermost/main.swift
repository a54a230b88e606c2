import Daemon

await PluginCommand.start()
