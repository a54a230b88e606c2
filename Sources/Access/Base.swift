// Whoever imports the domain speaks of moments and secrets, so its vocabulary comes with it.
@_exported public import Base
