import Plugin

await PluginCommand.start()
