// CallbackServer
