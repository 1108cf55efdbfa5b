import Testing

@testable import Rules

@Suite struct SignatureTests {
    @Test func everyDeclarationIsReadAndHasABehaviour() {
        #expect(Signatures.all.values.reduce(0) { $0 + $1.count } == Signatures.lineCount)
        for name in Signatures.all.keys {
            let isOperator = ["!_", "-_"].contains(name.name)
            let isBinary = BinaryOperator(function: name.name, isMember: name.isMember) != nil
            #expect(isOperator || isBinary || Functions.all[name] != nil, "\(name)")
        }
    }
}
