import Access
import Base
import Testing

@testable import MonitoringRules

/// Corners of the language that are as they are because Teleport parses with Go's parser and uses Go's library. The results of
/// the latter were taken from Go itself.
@Suite("Conditions as Go reads them")
struct GoTests {
    private static let world = World(
        roles: ["dev", "prod"], traits: ["team": ["Cloud", "Tools"], "größe": ["XL"], "type": ["contractor"]])

    @Test(
        "These are met",
        arguments: [
            // Precedence and short circuits.
            "false && true || true", "true || true && false", "!false && !false",
            "!(false || false) && !(true && false)",
            #""a" == "b" || "a" == "a" && "b" != "c""#, "!(true && (false || !true)) && (true || false && false)",
            #"true || regexp.match($R, "^($")"#,
            #"true || access_request.spec.expiry.between(access_request.spec.expiry)"#,
            // Strings.
            #""\u0061\141\x61" == "aaa""#, #"`a"\n` == "a\"\\n""#, #""\U0001F600" == "😀""#, "`a\r\nb` == \"a\\nb\"",
            #""\a\b\f\v\\\t" == "\x07\x08\x0c\x0b\x5c\011""#, #""" == ``"#, #"set("\xff").contains("\377")"#,
            // Names, brackets, commas and comments.
            #"$T.größe.contains("XL")"#, #"$T["type"].contains("contractor")"#, #"($T)["team"].contains("Cloud")"#,
            #"set("dev"...).contains("dev")"#, #"set("x", "dev"...,).contains("dev")"#,
            #"$T["team",].contains("Tools")"#,
            "\u{FEFF}true", "true /* a comment */ && true", "true && /* one\nand another */ true", "true /*\n*/",
            "007 == 7",
            #"$T . team . contains ( "Cloud" , )"#, "(((true)))",
            // Sets.
            "!contains_any(set(), set())", #"!contains_all(set("a"), set())"#, #"!contains_any(set("a"), set("A"))"#,
            "is_empty(union())", "is_empty(union(set(), set()))", #"$T["none"].remove("x").isempty()"#,
            #"set("b", "a", "b").contains_all(set("a", "b"))"#, #"$T["none"].add("x").contains("x")"#,
            #"!$T["none"].contains_any($T["none"])"#, #"contains_all(union($R, set("x")), $R)"#,
            #"!$R.contains("Dev")"#,
            #"!$R.contains("dev ")"#,
            // Cases of letters.
            #"strings.lower("İSTANBUL") == "istanbul""#, #"strings.upper("ᾳ") == "ᾼ""#,
            #"strings.upper("straße ŉ ǆ") == "STRAßE ŉ Ǆ""#,
            #"strings.upper("ı") == "I" && strings.lower("ẞ") == "ß" && strings.lower("Σ") == "σ""#,
            // Splitting and replacing.
            #"strings.split(set("a,,b"), ",").contains("")"#, #"!strings.split(set(), ",").contains("")"#,
            #"strings.replaceall("aaa", "aa", "b") == "ba""#, #"strings.replaceall("ä", "", "-") == "-ä-""#,
            // Patterns.
            #"regexp.match($R, "dev")"#, #"regexp.match($R, "d*")"#, #"regexp.match($R, "^d.v$")"#,
            #"!regexp.match($R, "de")"#,
            #"!regexp.match($R, "^de")"#, #"!regexp.match($R, "ev$")"#, #"!regexp.match(set(), "*")"#,
            #"regexp.match(set(""), "*")"#,
            #"regexp.match(set("a.b"), "a.b") && !regexp.match(set("axb"), "a.b")"#,
            #"regexp.match(set("a(*"), "a(*")"#,
            #"!regexp.match(set("a\nb"), "a*b")"#, #"regexp.match(set("^a"), "^*")"#, #"regexp.match($R, "^x|od$")"#,
            #"regexp.match(set(access_request.spec.request_reason), "^.*[0-9]{4}$")"#,
            #"regexp.match(set(access_request.spec.request_reason), "*4711")"#,
            #"regexp.replace(set("role-dev-eu"), "^role-(\\w+)-(\\w+)$", "$2/${1}").contains("eu/dev")"#,
            #"regexp.replace(set("dev"), "^(d)ev$", "[$01$1x]").contains("[]")"#,
            #"regexp.replace($R, "^d", "").contains("ev") && !regexp.replace($R, "^d", "").contains("prod")"#,
            // Times and versions.
            #"time.RFC3339("2025-08-11T4:30:00Z").before(time.RFC3339("2025-08-11T04:30:00,5Z"))"#,
            #"time.RFC3339("2025-08-11T00:00:00+24:00").before(time.RFC3339("2025-08-10T00:00:01Z"))"#,
            #"between("1.2.0", "1.2.0", "2.0.0")"#, #"!between("2.0.0", "1.2.0", "2.0.0")"#,
            #"!between("1.5.0", "2.0.0", "1.0.0")"#,
        ])
    func met(condition: String) throws {
        #expect(try Self.world.result(condition) == .met)
    }

    @Test(
        "These are faults",
        arguments: [
            ("$T.type.contains(\"contractor\")", #"["type"]"#),
            ("$T.default", "word of the language"),
            ("user.func.x", "word of the language"), ("$T.a€", "neither a letter nor a digit"),
            ("$T.٣", "neither a letter nor a digit"),
            ("true /*\n*/ && true", "line may end only"), ("true\u{FEFF}", "cannot be used"),
            ("\"a\0\" == \"a\"", "cannot be used"),
            ("08 == 8", "whole numbers"), ("1_0 == 10", "whole numbers"), ("$T.5", "missing after the dot"),
            (#"set("a"..., "b")"#, "missing"), (#"$T["a", "b"]"#, "missing"), ("set(\n\"a\"\n).isempty()", "missing"),
            (#""\400" == """#, "larger than"), (#""\ud800" == """#, "no character"), (#""\'" == """#, "does not exist"),
            (#"regexp.match(set(), "^($")"#, "group without its end"),
            (#"regexp.match("dev", "dev")"#, "must be a set"),
            (#"$R.match("dev")"#, "no method or function"), (#"!"a" == "b""#, "must be true or false"),
            ("dict().remove(\"a\").isempty()", "must be a set"),
            (#"access_request.spec.expiry.between()"#, "takes 2 times"),
            (#""1.0.0".between("1.0.0", "2.0.0")"#, "must be a time"),
            (#"between(1, "1.0.0", "2.0.0")"#, "must be a string"),
            (#"between($R, $R, $R)"#, "must be a string"), ("(user).traits", "only a name"),
            ("true;", "cannot be used here"),
        ])
    func faults(condition: String, words: String) {
        let fault = Self.world.fault(condition)
        #expect(fault?.contains(words) == true, "\(condition): \(fault ?? "no fault")")
    }

    @Test(
        "E-mail addresses are read as by net/mail",
        arguments: [
            ("bob@example.com", "bob"), (" bob@example.com\t", "bob"), ("Bob <bob@example.com>", "bob"),
            ("Robert T. Smith <r@x>", "r"), ("\"Smith, \\\"Bob\\\"\" <r@x>", "r"), ("<r@x>", "r"),
            ("r@x (Bob (b)) (c)", "r"),
            ("Bob <r@x> (c)", "r"), ("Bob (c) <r@x>", "r"), ("r@ x", "r"), ("< r@x>", "r"), ("größe@x", "größe"),
            ("a+b@x", "a+b"),
            ("Bob..X <r@x>", "r"), (". <r@x>", "r"), ("Bob \"B\" X\t<r@x>", "r"), ("=?utf-8?q?B=C3=B6b?= <b@x>", "b"),
        ])
    func addresses(text: String, local: String) throws {
        #expect(try EmailAddress.locals(of: [Text(text)]) == [Text(local)])
    }

    @Test(
        "What net/mail refuses is no e-mail address, and a quoted local part is refused too",
        arguments: [
            "", "bob", "Bob <r@x>x", "Bob <r@x", "r @x", "<r@x >", ".r@x", "r..s@x", "r.@x", "r@x.", "r@.x",
            "a@b, c@d", "a@b@c",
            "Bob <a@b@c>", "a\t@x", "a\n@x", "a@x (b", "\"a@b\"@x", "\"Bob <r@x>", "a@b <c@d>", "@x", "a@",
        ])
    func noAddresses(text: String) {
        #expect(throws: RuleFault.self) { try EmailAddress.locals(of: [Text(text)]) }
    }
}
