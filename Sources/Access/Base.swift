// The API of this module has types of Base in it, such as Timestamp and Secret, so importing Access imports Base, too.
@_exported public import Base
