extension Compiler {
    mutating func call(
        _ function: String, _ receiver: Expression?, _ arguments: [Expression], at expression: Expression,
        into target: Place
    ) throws(ExpressionFault) -> Place {
        if let receiver, let full = FunctionNames.namespaced(function, on: receiver, locals: localNames) {
            return try apply(Signature.Name(name: full, isMember: false), to: arguments, at: expression, into: target)
        }
        let all = (receiver.map { [$0] } ?? []) + arguments
        let isMember = receiver != nil
        switch (function, isMember, all.count) {
        case ("!_", false, 1), ("-_", false, 1): return try unary(function, all[0], into: target)
        case ("matches", _, 2):
            if case .literal(.string(let text)) = all[1].kind, case .success(let pattern) = Pattern.compile(text) {
                let place = try compile(all[0], into: target)
                emit(.match(target, place, pattern: addPattern(pattern)))
                return target
            }
        case (_, _, 2):
            if let binary = BinaryOperator(function: function, isMember: isMember) {
                return try self.binary(binary, all[0], all[1], into: target)
            }
        default: break
        }
        return try apply(Signature.Name(name: function, isMember: isMember), to: all, at: expression, into: target)
    }

    private mutating func unary(
        _ function: String, _ operand: Expression, into target: Place
    ) throws(ExpressionFault) -> Place {
        let place = try compile(operand, into: target)
        emit(function == "!_" ? .not(target, place) : .negate(target, place))
        return target
    }

    private mutating func binary(
        _ binary: BinaryOperator, _ left: Expression, _ right: Expression, into target: Place
    ) throws(ExpressionFault) -> Place {
        let start = here
        let leftPlace = try compile(left, into: target)
        return try scoped { compiler throws(ExpressionFault) in
            let rightPlace = try compiler.operand(right)
            if let leftValue = compiler.value(at: leftPlace), let rightValue = compiler.value(at: rightPlace) {
                var budget = Budget(1000)
                let result = binary.apply(leftValue, rightValue, &budget)
                if !result.isFailure, !budget.isSpent { return compiler.fold(to: result, from: start) }
            }
            if binary == .contained, let set = compiler.addSet(ofListAt: rightPlace) {
                compiler.emit(.inSet(target, leftPlace, set: set))
            } else {
                compiler.emit(.binary(binary, target, leftPlace, rightPlace))
            }
            return target
        }
    }

    private mutating func apply(
        _ name: Signature.Name, to arguments: [Expression], at expression: Expression, into target: Place
    ) throws(ExpressionFault) -> Place {
        guard let index = addFunction(name) else {
            return constant(.failure(Failure(.unknownFunction, "unbound function '\(name.name)'")))
        }
        guard arguments.count <= 64 else {
            throw ExpressionFault("a function takes at most 64 arguments", at: expression.focus)
        }
        let start = here
        return try scoped { compiler throws(ExpressionFault) in
            let first = try compiler.allocate(arguments.count, for: expression)
            var values: [Value] = []
            for (offset, argument) in arguments.enumerated() {
                let wanted = first + Place(offset)
                let found = try compiler.compile(argument, into: wanted)
                if let value = compiler.value(at: found) { values.append(value) }
                if found != wanted { compiler.emit(.move(wanted, from: found)) }
            }
            if values.count == arguments.count, !values.contains(where: \.isFailure) {
                var budget = Budget(1000)
                let function = compiler.program.functions[Int(index)]
                let result = values.withUnsafeBufferPointer { function($0, &budget) }
                if !result.isFailure, !budget.isSpent { return compiler.fold(to: result, from: start) }
            }
            compiler.emit(.call(index, target, first: first, count: UInt16(arguments.count)))
            return target
        }
    }

    /// Drops instructions that only prepared constants and gives the place of the finished value.
    private mutating func fold(to value: Value, from start: Int32) -> Place {
        removeCode(from: start)
        return constant(value)
    }
}
