import Access
import Base
import Testing

@testable import MonitoringRules

@Suite("Conditions of rules")
struct ConditionTests {
    private static let world = World(
        roles: ["dev", "prod"], reviewers: ["bob@example.com", "carol"],
        traits: ["team": ["Cloud", "Tools"], "email": ["Bob <bob@example.com>", "carol@example.org"], "a.b": ["x"]],
        labels: [["env": "test", "tier": "1"], ["env": "dev", "tier": "1"]], annotations: ["pager": ["sre"]])

    @Test(
        "These are met",
        arguments: [
            // Precedence, as in Go.
            "true || false && false", "!false && true", "!(true && false)", "!!true", "(true)", "true && (false || true)",
            #""a" == "a" && "a" != "b""#, "1 == 1", "1 != 2", "7 == 007",
            // Names, indices and keys.
            #"$T["team"].contains("Cloud")"#, #"$T.team.contains("Tools")"#, #"is_empty($T["nothing"])"#,
            #"$T["nothing"].isempty()"#, #"!$T["nothing"].contains("")"#, #"$T["a.b"].contains("x")"#,
            #"access_request.spec.system_annotations["pager"].contains("sre")"#, "access_request.spec.user == \"alice\"",
            #"access_request.spec.request_reason == `ticket 4711`"#, #"$T["te" /* the team */]"# + ".isempty()",
            #"access_request.spec.resource_labels_union["env"].contains_all(set("test", "dev"))"#,
            #"access_request.spec.resource_labels_intersection.tier.contains("1")"#, "$I.isempty()",
            // Sets, maps and calls within calls.
            "contains_all(union(set(\"a\"), set(\"b\", \"c\")), set(\"c\", \"a\"))", "set().isempty()", "is_empty(set())",
            #"set("a").add("b", "c").contains("c")"#, #"set("a").add("a").remove("a").isempty()"#,
            #"set("a", "b").remove("a", "z").contains_all(set("b"))"#, "contains_any($R, set(\"x\", \"prod\"))",
            #"!contains_any($R, set())"#, #"set("a").contains_any(set("b", "a"))"#,
            #"ifelse(true, "x", dict(pair("k", set("v"))).put("l", set()).add_values("k", "w").remove("l")) == "x""#,
            // Functions whose type is known late.
            #"ifelse($R.contains("dev"), "yes", "no") == "yes""#, #""no" == ifelse(false, "yes", "no")"#,
            #"choose(option(false, "a"), option($R.contains("prod"), "b"), option(true, "c")) == "b""#,
            #"ifelse(true, set("a"), "b").contains("a")"#, "ifelse(true, true, \"x\")",
            // Strings.
            #"strings.upper("grüß") == "GRÜß""#, #"strings.lower("ÀB") == "àb""#,
            #"strings.upper(set("a", "b")).contains("B")"#, #"strings.replaceall("a-b-c", "-", "+") == "a+b+c""#,
            #"strings.replaceall(set("aa"), "a", "").contains("")"#, #"strings.replaceall("ab", "", "-") == "-a-b-""#,
            #"strings.split(set("a,b", "c"), ",").contains_all(set("a", "b", "c"))"#,
            #"strings.split(set(""), ",").contains("")"#, #"strings.split(set("äb"), "").contains("ä")"#,
            #"strings.split(set(",a,"), ",").contains("")"#, #""\x41\u00e4\101\n" == "AäA\u000a""#, #"`a\n` == "a\\n""#,
            #"email.local($T["email"]).contains_all(set("bob", "carol"))"#, "is_empty(email.local(set()))",
            // Times.
            #"between(access_request.spec.creation_time, time.RFC3339("2025-08-11T14:00:00Z"), time.RFC3339("2025-08-11T15:00:00Z"))"#,
            #"between(access_request.spec.creation_time, time.RFC3339("2025-08-11T15:00:00Z"), time.RFC3339("2025-08-11T14:00:00Z"))"#,
            #"!between(access_request.spec.creation_time, time.RFC3339("2025-08-11T14:30:00Z"), time.RFC3339("2025-08-11T15:00:00Z"))"#,
            #"access_request.spec.creation_time.before(access_request.spec.expiry)"#,
            #"after(time.RFC3339("2025-08-11T16:30:00.001+02:00"), access_request.spec.creation_time)"#,
            #"!time.RFC3339("2025-08-11T14:30:00Z").after(access_request.spec.creation_time)"#,
            // Versions.
            #"newer_than("1.10.0", "1.9.9")"#, #"older_than("2.0.0-beta.1", "2.0.0")"#, #"!newer_than("1.2.3", "1.2.3")"#,
            #"!older_than("1.0.0+b", "1.0.0+a")"#,
            // Blanks, comments and lines.
            "true &&\n true // and that is all", "set(\n\"a\",\n).contains(\n\"a\",\n)", "true\n", "$R.\n contains(\"dev\")",
        ])
    func met(condition: String) throws {
        #expect(try Self.world.result(condition) == .met)
    }

    @Test("A condition that is not met names the first part of it that is not true")
    func unmet() throws {
        #expect(
            try Self.world.result(#"$R.contains("dev") && $T["team"].contains( "Sales" ) && true"#)
                == .unmet(#"user.traits["team"].contains( "Sales" )"#))
        #expect(try Self.world.result("true && false || false") == .unmet("true && false || false"))
        #expect(try Self.world.result("(true && false)") == .unmet("(true && false)"))
    }

    @Test(
        "A value that is neither true nor false is no match, and no fault", arguments: ["$R", "\"true\"", "1", "$T", "set()"])
    func notBoolean(condition: String) throws {
        guard case .notBoolean = try Self.world.result(condition) else {
            Issue.record("\(condition) is taken")
            return
        }
    }

    @Test("What is not evaluated is not looked at, but checked all the same")
    func shortCircuit() throws {
        #expect(try Self.world.meets(#"true || newer_than("x", "y")"#))
        #expect(try !Self.world.meets(#"false && newer_than("x", "y")"#))
        #expect(Self.world.fault(#"ifelse(true, true, newer_than("x", "y"))"#) != nil)
        #expect(Self.world.fault("true || nothing")?.contains(#"no variable "nothing""#) == true)
        #expect(Self.world.fault("false && set(1)")?.contains("must be a string") == true)
    }

    @Test(
        "These are faults, and the rule is skipped",
        arguments: [
            ("", "empty"), (" \n", "empty"), ("true &&", "cannot stand here"), ("&& true", "cannot stand here"),
            ("(true", "missing"), ("true)", "cannot stand here"), ("true true", "cannot stand here"),
            ("$R[", "cannot stand here"),
            ("roles", "no variable"), ("access_request.spec.role", "no variable"), ("access_request.spec", "no variable"),
            ("access_request.spec.resource_names", "no variable"), ("$R.dev", "no variable"), ("$T.a.b", "no variable"),
            (#"contains($R, "dev")"#, "no function"), (#"$R.is_empty()"#, "no method"), ("isempty($R)", "no function"),
            (#"$R.containsall(set())"#, "no method"), (#"has_labels($R, "a", "b")"#, "no function"), ("day(1)", "no function"),
            (#"$R == set("dev")"#, "compares strings or numbers"), ("true == true", "compares strings or numbers"),
            ("access_request.spec.creation_time == access_request.spec.expiry", "compares strings or numbers"),
            (#"ifelse(true, 1, 2) == ifelse(true, 1, 2)"#, "compares strings or numbers"), (#""1" == 1"#, "must be"),
            (#"ifelse(true, 1, 2) == "1""#, "each side"), ("1 < 2", "not supported"),
            ("\"a\" + \"b\" == \"ab\"", "not supported"),
            (#"set("a")["a"]"#, "only a variable"), (#"$R["a"]"#, "only a variable"), (#"$T[1]"#, "the key"),
            (#"dict(pair("a", set("b")))["a"].contains("b")"#, "only a variable"), (#"dict(pair(1, set()))"#, "a key of dict"),
            (#"dict(pair("a", "b"))"#, "a value of dict"), (#"dict("a")"#, "must be a pair"), ("!$R", "must be true or false"),
            ("$R && true", "each side of &&"), ("ifelse(true, \"a\", \"b\") && true", "each side of &&"),
            (#"contains_any($R, "dev")"#, "must be a set"), (#"$R.contains(set("dev"))"#, "must be a string"),
            ("set(\"a\", 1)", "must be a string"), ("$R.contains()", "takes 2"), (#"pair("a")"#, "takes 2"),
            ("email.local()", "takes 1"),
            (#"email.local("bob@example.com")"#, "must be a set"), (#"email.local(set("bob"))"#, "no e-mail address"),
            (#"email.local(set("a@b@c"))"#, "no e-mail address"), (#"strings.split("a,b", ",")"#, "must be a set"),
            ("strings.upper(1)", "must be a string or a set"), ("choose(option(false, true))", "no option"),
            ("choose()", "no option"),
            (#"newer_than("1.0", "1.0.0")"#, "must be a version"), (#"newer_than("v1.0.0", "1.0.0")"#, "must be a version"),
            (#"older_than(1, "1.0.0")"#, "must be a string"), (#"before($R, $R)"#, "must be a time"),
            (#"time.RFC3339("2025-02-30T00:00:00Z").before(access_request.spec.expiry)"#, "is no time"),
            (#"time.RFC3339("2025-08-11 14:30:00Z").before(access_request.spec.expiry)"#, "is no time"),
            (#"between(access_request.spec.expiry, access_request.spec.expiry)"#, "takes 3"),
            ("true\n&& true", "line may end only"),
            ("'a' == 'a'", "cannot be used here"), ("1.5 == 1.5", "whole numbers"), ("0x10 == 16", "whole numbers"),
            (#""a\q" == "a""#, "escape"), ("\"a\nb\" == \"a\"", "ends with its line"), ("\"a", "no end"), ("`a", "no end"),
            ("/* a", "no end"), ("f()()", "only a name"),
            (#""a".contains("a")"#, "must be a set"),
        ])
    func faults(condition: String, words: String) {
        let fault = Self.world.fault(condition)
        #expect(fault?.contains(words) == true, "\(condition): \(fault ?? "no fault")")
    }

    @Test("Names that only look alike are different")
    func bytes() throws {
        let world = World(roles: ["caf\u{65}\u{301}"])
        #expect(try world.meets("$R.contains(\"caf\u{65}\u{301}\")"))
        #expect(try !world.meets("$R.contains(\"caf\u{E9}\")"))
    }

    @Test("An unknown expiry comes before every time, and the labels' intersection is empty without resources")
    func missing() throws {
        var world = World()
        world.request.expires = nil
        #expect(try world.meets(#"access_request.spec.expiry.before(time.RFC3339("0001-01-01T00:00:00Z"))"#))
        #expect(try world.meets("$I.isempty() && $U.isempty()"))
        world.labels = [["env": "a"], [:]]
        #expect(try world.meets("$I.isempty() && $U.contains(\"a\")"))
    }

    @Test("A condition tells what has to be looked up for it")
    func lookUps() throws {
        #expect(try Condition("access_request.spec.roles.isempty()").lookUps == [])
        #expect(try Condition("false && user.traits.team.isempty()").lookUps == [.traits])
        #expect(
            try Condition(#"ifelse(true, access_request.spec.resource_labels_union, user.traits)"#).lookUps == [
                .labels, .traits,
            ])
    }

    @Test("Length, depth, parts and work are bounded")
    func bounds() {
        let world = World(roles: ["a"])
        #expect(world.fault("\"" + String(repeating: "a", count: 20_000) + "\" == \"\"")?.contains("are allowed") == true)
        #expect(
            world.fault(String(repeating: "(", count: 100) + "true" + String(repeating: ")", count: 100))?.contains("levels")
                == true)
        #expect(world.fault(String(repeating: "!", count: 100) + "true")?.contains("negations") == true)
        #expect(world.fault(Array(repeating: "true", count: 1200).joined(separator: "&&"))?.contains("parts") == true)
        #expect(world.fault(Array(repeating: "true", count: 1200).joined(separator: "||"))?.contains("parts") == true)
        let doubled = (0..<8).reduce("\"aaaaaaaaaa\"") { text, _ in "strings.replaceall(\(text), \"a\", \"aaaaaaaaaa\")" }
        #expect(world.fault("set(\(doubled)).isempty()")?.contains("are allowed") == true)
        let many = World(roles: (0..<5000).map { "role-with-a-long-name-\($0)" })
        let work = Array(repeating: "contains_all($R, $R)", count: 40).joined(separator: " && ")
        #expect(many.whole(work)?.words.contains("more work") == true)
        // Only what depends on the request keeps it from being posted.
        #expect(many.whole(work)?.kind == .bound)
        #expect(world.whole("set(\(doubled)).isempty()")?.kind == .bound)
        #expect(world.whole(String(repeating: "!", count: 100) + "true")?.kind == .broken)
        #expect(world.whole("regexp.match($R, \"^" + String(repeating: "a", count: 1200) + "$\")")?.kind == .broken)
    }

    @Test("A request for hundreds of resources with many labels does not use up the work of a rule that looks them up")
    func largeRequest() throws {
        let labels = (0..<300).map { node in
            Dictionary(uniqueKeysWithValues: (0..<15).map { ("label-number-\($0)", "the-value-\($0)-of-node-\(node)") })
        }
        let world = World(roles: ["dev"], labels: labels)
        let look = #"access_request.spec.resource_labels_union["label-number-7"].contains("the-value-7-of-node-299")"#
        #expect(try world.meets(Array(repeating: look, count: 100).joined(separator: " && ")))
        let values = #"access_request.spec.resource_labels_union["label-number-3"]"#
        let any = #"contains_any(\#(values), set("x", "the-value-3-of-node-9"))"#
        #expect(try world.meets(Array(repeating: any, count: 60).joined(separator: " && ")))
        #expect(try world.meets(#"regexp.match(\#(values), "*node-99")"#))
    }
}
