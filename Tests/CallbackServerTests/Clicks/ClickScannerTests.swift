import ActionCrypto
import Testing

@testable import CallbackServer

@Suite struct ClickScannerTests {
    @Test(
        "The recorded clicks are serialised to the length that the server sent",
        arguments: ["callback_button_click", "callback_button_click_signed_context", "callback_dialog_submission"])
    func lengths(name: String) throws {
        let recorded = try ClickText.recorded(name)
        #expect(recorded.body.utf8.count == recorded.length)
    }

    @Test("All fields of a recorded click are read")
    func recorded() throws {
        let click = try scan(ClickText.recorded("callback_button_click_signed_context").body)
        #expect(click.userID == "xc4bexnho78i3fe6d45jxozfbw")
        #expect(click.userName == "alice")
        #expect(click.channelID == "dpygwdyjubydfne5nshbuea4ga")
        #expect(click.teamID == "fi1rjwgkwtn6jpnnsgbgubh8po")
        #expect(click.postID == "wbh6ytrjrbg6id39bsbiji8cpa")
        #expect(click.triggerID.hasPrefix("ZXU5MWFl"))
        #expect(click.context.action == "approve")
        #expect(click.context.requestID == "305dc2e2-6700-485c-a62a-74712b40900e")
        #expect(click.context.signature == "c2ln")
        #expect(click.context.expires.isEmpty)
    }

    @Test("A dialog's submission is not a click")
    func dialog() throws {
        #expect(throws: MalformedClick.self) { try scan(ClickText.recorded("callback_dialog_submission").body) }
    }

    @Test("A click that is cut off at any byte is refused")
    func truncated() throws {
        let whole = Array(try ClickText.recorded("callback_button_click_signed_context").body.utf8)
        for length in 0..<whole.count {
            #expect(throws: MalformedClick.self, "\(length) bytes") { try scan(Array(whole[..<length])) }
        }
    }

    @Test("Escapes are read, in keys too")
    func escapes() throws {
        let click = try scan(minimal(#""user\u005fname":"\u0061\"\\\/\b\f\n\r\t\ud83d\udE00é""#))
        #expect(click.userName == "a\"\\/\u{8}\u{C}\n\r\t😀é")
    }

    @Test("White space between the tokens is allowed, and unknown members of any kind are skipped")
    func unknown() throws {
        let click = try scan(
            minimal(#" "extra" : [ 1 , -0.5e+3 , { "a" : [ ] , "b" : null } , true , false , "\u00e9" ] , "user_name" : "x" "#))
        #expect(click.userName == "x")
    }

    @Test(
        "A body that is no JSON, ambiguous or too large is refused",
        arguments: [
            #""user_id":"other""#, #""user_name":"a","user_name":"b""#, #""user_name":"a","user\u005fname":"b""#,
            #""context":{}"#, #""user_name":null"#, #""user_name":1"#, #""user_name":["a"]"#, #""user_name":"\x41""#,
            #""user_name":"\u12""#, #""user_name":"\ud83d""#, #""user_name":"\ud83dx""#, #""user_name":"\ud83d\u0041""#,
            #""user_name":"\udc00""#, "\"user_name\":\"a\u{1}\"", #""x":01"#, #""x":1."#, #""x":.5"#, #""x":-"#, #""x":1e"#,
            #""x":tru"#, #""x":nul"#, #""x":NaN"#, #""x":'a'"#, #""x":[1,]"#, #""x":{"a":1,}"#, #""x":"\q""#, #""\q":1"#,
            #""x" 1"#, #"x:1"#, #""x":1,"#, #""x":1}{"y":2"#,
            "\"x\":" + String(repeating: "[", count: 16) + String(repeating: "]", count: 16),
            "\"x\":" + String(repeating: "[", count: 60_000),
            "\"user_name\":\"" + String(repeating: "a", count: 129) + "\"",
            "\"user_name\":\"" + String(repeating: "\\u0061", count: 129) + "\"",
        ])
    func refused(members: String) {
        #expect(throws: MalformedClick.self) { try scan(minimal(members)) }
    }

    @Test("A known field that comes twice in the context is refused, wherever the second one stands")
    func contextTwice() {
        #expect(throws: MalformedClick.self) {
            try scan(minimal(#""x":1"#).replacing("{\"action\":", with: #"{"act\u0069on":"deny","action":"#))
        }
    }

    @Test("JSON that is nested as deeply as is allowed is accepted")
    func nested() throws {
        let depth = 15
        _ = try scan(minimal("\"x\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)))
    }

    @Test(
        "Bytes that are not UTF-8 are refused even in a field that nobody reads",
        arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func utf8(bytes: [UInt8]) throws {
        let text = Array(minimal(#""x":"#).dropLast().utf8) + Array("\"".utf8) + bytes + Array("\"}".utf8)
        #expect(throws: MalformedClick.self) { try scan(text) }
    }

    @Test("Only white space may follow the object")
    func trailing() throws {
        let text = minimal(#""x":1"#)
        _ = try scan(text + " \r\n\t")
        for tail in ["x", "{}", "\0", ",", "}"] {
            #expect(throws: MalformedClick.self) { try scan(text + tail) }
        }
    }

    @Test(
        "Ids with anything but lowercase letters and digits are refused",
        arguments: ["", "ABC", "a b", "a/b", "é", "a\\u0000"])
    func ids(id: String) {
        #expect(throws: MalformedClick.self) { try scan(minimal(#""x":1"#).replacing("\"p1\"", with: "\"\(id)\"")) }
    }

    private func minimal(_ members: String) -> String {
        #"{"user_id":"u1","channel_id":"c1","post_id":"p1","context":{"action":"approve"},"# + members + "}"
    }
}

func scan(_ text: String) throws -> ClickBody { try scan(Array(text.utf8)) }

func scan(_ bytes: [UInt8]) throws -> ClickBody { try bytes.withUnsafeBytes { try ClickScanner.scan($0) } }
