import Daemon

PluginCommand.start()
