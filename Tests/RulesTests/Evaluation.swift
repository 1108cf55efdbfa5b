@testable import Rules

/// Parses, checks and evaluates an expression over bindings: a value, or the failure or the first fault as an error.
func evaluate(
    _ text: String, _ bindings: [String: Value] = [:], container: String = "", checked: Bool = true,
    budget: Int = Budget.standard
) throws -> Value {
    var names = NameTable()
    names.container = container
    var slots: [(Int, Value)] = []
    for (name, value) in bindings { slots.append((names.declareFact(name, StaticType(of: value)), value)) }
    let expression = try Parser.parse(text)
    if checked, let fault = Checker.check(expression, names: names).faults.first { throw fault }
    var compiler = Compiler(names: names)
    let start = try compiler.add(expression).start
    let machine = Machine(compiler.program)
    for (slot, value) in slots { machine.setFact(slot, to: value) }
    let result = machine.run(at: start, budget: budget)
    if case .failure(let failure) = result { throw failure }
    return result
}

/// Whether two values are of one type and equal all through; NaN equals itself.
func identical(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.double(let left), .double(let right)):
        return left.bitPattern == right.bitPattern || (left.isNaN && right.isNaN)
    case (.list(let left), .list(let right)):
        return left.count == right.count && zip(left, right).allSatisfy(identical)
    case (.map(let left), .map(let right)):
        return left.count == right.count
            && zip(left.keys, left.values).allSatisfy { key, value in
                right.keys.contains { identical($0, key) } && right[key].map { identical($0, value) } == true
            }
    default:
        var budget = Budget()
        return left.type == right.type && Value.equal(left, right, &budget)
    }
}
