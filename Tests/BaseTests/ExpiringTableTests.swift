import Testing

@testable import Base

@Suite("A table that forgets by age")
struct ExpiringTableTests {
    private func table(all: Int = 100, perOwner: Int = 100) -> ExpiringTable<Int, String> {
        ExpiringTable(.init(all: all, perOwner: perOwner, keep: .seconds(10)))
    }

    private func add(
        _ table: inout ExpiringTable<Int, String>, _ value: String, _ key: Int, _ owner: String, _ now: Duration
    ) -> Bool {
        table.add(value, for: key, of: owner, at: now)
    }

    @Test("A value is remembered for as long as it is kept, and no longer")
    func age() {
        var table = table()
        #expect(add(&table, "a", 1, "ana", .zero))
        table.expire(at: .seconds(10))
        #expect(table[1] == "a")
        table.expire(at: .seconds(11))
        #expect(table[1] == nil)
    }

    @Test("No owner takes the places of the others, and expired values make room")
    func bounds() {
        var table = table(all: 3, perOwner: 2)
        #expect(add(&table, "a", 1, "ana", .zero))
        #expect(add(&table, "b", 2, "ana", .zero))
        #expect(!add(&table, "c", 3, "ana", .zero))
        #expect(add(&table, "d", 4, "bob", .seconds(5)))
        #expect(!add(&table, "e", 5, "carol", .seconds(5)))
        table.expire(at: .seconds(11))
        #expect(add(&table, "f", 6, "ana", .seconds(11)))
        #expect(table[4] == "d" && table[6] == "f")
    }

    @Test("A value can be changed, and one of an unknown key is dropped")
    func changes() {
        var table = table()
        #expect(add(&table, "a", 1, "ana", .zero))
        (table[1], table[2]) = ("b", "c")
        #expect(table[1] == "b" && table[2] == nil)
    }

    @Test("Thousands of values that come and go leave nothing behind")
    func churn() {
        var table = table()
        for second in 0..<5000 {
            table.expire(at: .seconds(second))
            #expect(add(&table, "\(second)", second, "ana", .seconds(second)))
            #expect(table[second - 10] == (second >= 10 ? "\(second - 10)" : nil) && table[second - 11] == nil)
        }
    }
}
