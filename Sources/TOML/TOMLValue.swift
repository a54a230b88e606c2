/// A value of a TOML text, with the place where it begins.
package struct TOMLValue: Sendable {
    /// A value by its TOML type.
    package enum Kind: Sendable {
        case string(String)
        case integer(Int64)
        case float(Double)
        case boolean(Bool)
        /// A date or a time, as it is written in the text. Its fields are known to be valid.
        case date(DateKind, String)
        /// An array of values, or an array of tables that `[[headers]]` made.
        case array([TOMLValue])
        case table(TOMLTable)
    }

    /// The four date and time types of TOML 1.0.
    package enum DateKind: Hashable, Sendable {
        case offsetDateTime
        case localDateTime
        case localDate
        case localTime
    }

    package let kind: Kind
    package let position: TOMLPosition
}

/// The keys of a table and their values, in the order in which the text first mentions them.
package struct TOMLTable: Sendable {
    /// A key with its value.
    package struct Entry: Sendable {
        package let name: String
        /// The place of the key. For a table that has a header of its own, this is the place of its name in that header.
        package let position: TOMLPosition
        package let value: TOMLValue
    }

    package let entries: [Entry]
}

/// A place in a text, for messages to a person.
package struct TOMLPosition: Hashable, Sendable {
    /// The line, counted from 1. A line ends with a line feed.
    package var line: Int
    /// The column, counted from 1 in Unicode scalars, which is how editors count characters.
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}
