internal import Sequences
internal import Transactions
internal import Yams

extension RuleSetReader {
    private static let velocityFields = ["function", "of", "when", "key", "window", "bucket"]

    /// Reads the aggregates and declares their names; they are compiled once all names are known.
    mutating func declareVelocities(_ node: Node) {
        guard let mapping = node.mapping else {
            report("expected a mapping from names to aggregates", at: node, field: "velocity")
            return
        }
        for (key, value) in mapping {
            let place = "velocity.\(key.string ?? "")"
            guard let name = key.string, isName(name) else {
                report("an aggregate's name is made of letters, digits and '_'", at: key, field: "velocity")
                continue
            }
            guard let fields = value.mapping else {
                report("expected a mapping with 'function' and 'window'", at: value, field: place)
                continue
            }
            readVelocity(fields, name: name, at: value, place: place)
        }
    }

    private mutating func readVelocity(_ mapping: Node.Mapping, name: String, at node: Node, place: String) {
        reportUnknown(in: mapping, among: Self.velocityFields)
        guard required("function", of: mapping, at: node, what: "aggregate") != nil,
            required("window", of: mapping, at: node, what: "aggregate") != nil
        else { return }
        let function = choice("function", of: mapping, default: VelocityFunction.count)
        let isKnown = mapping["function"]?.string == function.rawValue
        let value = optional("of", of: mapping)
        let condition = optional("when", of: mapping)
        if function.needsValue, value == nil {
            report("'\(function.rawValue)' needs 'of': the expression it is about", at: node, field: place)
        } else if isKnown, !function.needsValue, let found = mapping["of"] {
            report("'\(function.rawValue)' is about events and takes no 'of'", at: found, field: place)
        }
        if function == .countIf, condition == nil {
            report("'count_if' needs 'when': which events count", at: node, field: place)
        }
        let type = valueType(value, function, at: mapping["of"] ?? node, place)
        guard let entity = entity(of: mapping, place: place), let window = window(of: mapping, entity, place),
            let type
        else { return }
        let declaration = VelocityDeclaration(
            name: name, function: function, value: value, condition: condition, entity: entity.name,
            windowMilliseconds: window.length, bucketMilliseconds: window.bucket, line: node.mark?.line ?? 1)
        let index = velocities.declared.count
        facts.add(place, type, entity.name == nil ? .observed(.velocity(index)) : .entityVelocity(index))
        velocities.declared.append(CompiledVelocity(declaration: declaration, aggregate: -1, type: type))
        velocityNodes.append((mapping["of"] ?? node, mapping["when"] ?? node))
    }

    /// The key's entity; a nil name for the user.
    private mutating func entity(of mapping: Node.Mapping, place: String) -> (name: String?, index: Int?)? {
        guard let value = mapping["key"], let text = optional("key", of: mapping), text != "user" else {
            return (nil, nil)
        }
        if let index = schema.entities.firstIndex(where: { $0.name == text }) { return (text, index) }
        let known = ["user"] + schema.entities.map(\.name)
        let hint = NearestName.of(text, among: known).map { "did you mean '\($0)'?" }
        report(
            "unknown key '\(text)'; \(hint ?? "expected one of \(known.joined(separator: ", "))")", at: value,
            field: place)
        return nil
    }

    private mutating func window(
        of mapping: Node.Mapping, _ entity: (name: String?, index: Int?), _ place: String
    ) -> (length: Int64, bucket: Int64)? {
        guard let value = mapping["window"], let text = optional("window", of: mapping) else { return nil }
        guard let length = Transactions.DurationText.milliseconds(text), VelocityDeclaration.windows.contains(length)
        else {
            report("expected a window from 1m to 30d, such as 10m or 7d", at: value, field: place)
            return nil
        }
        guard entity.name == nil else { return entityWindow(length, of: mapping, at: value, place) }
        guard let bucketNode = mapping["bucket"], let bucketText = optional("bucket", of: mapping) else {
            return (length, VelocityDeclaration.defaultBucket(ofWindow: length))
        }
        guard let bucket = Transactions.DurationText.milliseconds(bucketText), bucket >= 1000, length % bucket == 0,
            length / bucket <= VelocityDeclaration.bucketLimit
        else {
            report(
                "expected a bucket of 1s or more that divides the window into at most "
                    + "\(VelocityDeclaration.bucketLimit)", at: bucketNode, field: place)
            return nil
        }
        return (length, bucket)
    }

    /// An entity's window is made of the schema's buckets, which all partitions share.
    private mutating func entityWindow(
        _ length: Int64, of mapping: Node.Mapping, at node: Node, _ place: String
    ) -> (length: Int64, bucket: Int64)? {
        let bucket = schema.entityBucketMilliseconds
        let text = Transactions.DurationText.text(milliseconds: bucket)
        guard length % bucket == 0 else {
            report(
                "an entity's window is made of the schema's buckets of \(text); for others declare a smaller "
                    + "entity_bucket (from 1m) in the schema file and train a model with it", at: node, field: place)
            return nil
        }
        if let node = mapping["bucket"], let own = optional("bucket", of: mapping),
            Transactions.DurationText.milliseconds(own) != bucket
        {
            report(
                "an entity's buckets are the schema's entity_bucket, \(text); leave 'bucket' out", at: node,
                field: place)
            return nil
        }
        return (length, bucket)
    }

    /// What conditions see the aggregate as; nil, reported, where the value does not suit the function.
    private mutating func valueType(
        _ value: String?, _ function: VelocityFunction, at node: Node, _ place: String
    ) -> StaticType? {
        var found = StaticType.dyn
        if let value, function.needsValue {
            let numbers: [StaticType] = [.double, .int, .uint]
            let wanted = function == .distinct ? numbers + [.string, .bool] : numbers
            guard
                let checked = check(
                    value, at: node, names: facts.transactionNames, rule: nil, field: place,
                    wants: function == .last ? numbers + [.string] : wanted,
                    but: "'\(function.rawValue)' does not take such a value")
            else { return nil }
            found = checked.type
        }
        switch function {
        case .count, .countIf, .distinct: return .int
        case .sum, .min, .max, .mean, .stddev, .timeSince: return .double
        case .last: return found == .uint ? .int : found
        }
    }

    /// Compiles the expressions of all aggregates; those that agree in all but the function share one state.
    mutating func compileVelocities() {
        var known: [UInt64: Int] = [:]
        var counts: [AggregateSpecification.Kind: Int] = [:]
        for index in velocities.declared.indices {
            let velocity = velocities.declared[index]
            let specification = velocity.declaration.specification
            let aggregate: Int
            if let shared = known[specification.id] {
                aggregate = shared
            } else {
                guard let compiled = compile(index, specification, counts[specification.kind, default: 0])
                else { continue }
                aggregate = velocities.aggregates.count
                known[specification.id] = aggregate
                velocities.aggregates.append(compiled)
                if compiled.entity == nil { counts[specification.kind, default: 0] += 1 }
            }
            velocities.declared[index] = CompiledVelocity(
                declaration: velocity.declaration, aggregate: aggregate, type: velocity.type)
        }
        // Nothing else is compiled yet, so these are the facts that aggregates read.
        velocities.bindings = facts.bindings(usedBy: compiler.program.factsUsed)
    }

    private mutating func compile(
        _ index: Int, _ specification: AggregateSpecification, _ stateIndex: Int
    ) -> CompiledAggregate? {
        let declaration = velocities.declared[index].declaration
        let nodes = velocityNodes[index]
        let place = "velocity.\(declaration.name)"
        var condition: CompiledCondition?
        if let text = declaration.condition {
            guard
                let checked = check(
                    text, at: nodes.condition, names: facts.transactionNames, rule: nil, field: place, wants: [.bool],
                    but: "a condition is true or false"),
                let expression = compile(checked.expression, text, at: nodes.condition, rule: nil, field: place)
            else { return nil }
            condition = CompiledCondition(
                expression: expression,
                tests: ConditionTests(of: checked.expression, names: facts.names, slots: facts.eagerSlots))
        }
        let text = declaration.keptValue
        guard
            let checked = check(text, at: nodes.value, names: facts.transactionNames, rule: nil, field: place),
            let expression = compile(checked.expression, text, at: nodes.value, rule: nil, field: place)
        else { return nil }
        var value = CompiledAggregate.Source.expression(expression)
        if let (name, isAbsolute) = checked.expression.qualifiedName,
            case .fact(let slot, _)? = facts.names.lookUp(name, isAbsolute: isAbsolute)?.entry
        {
            value = .fact(slot)
        }
        return CompiledAggregate(
            specification: specification, source: value, condition: condition,
            entity: declaration.entity.flatMap { name in schema.entities.firstIndex { $0.name == name } },
            stateIndex: stateIndex)
    }

    func isName(_ text: String) -> Bool {
        text.utf8.first?.startsIdentifier == true && text.utf8.allSatisfy(\.continuesIdentifier)
            && !Parser.reserved.contains(text)
    }
}
