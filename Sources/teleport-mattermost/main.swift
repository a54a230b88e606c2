import Plugin

await PluginCommand.main()
