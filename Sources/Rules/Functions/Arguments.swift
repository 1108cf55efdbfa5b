/// The arguments of one call, the receiver first.
typealias Arguments = UnsafeBufferPointer<Value>

/// A function's behaviour: dispatches on the types it finds. Failures among the arguments never reach it.
typealias Implementation = @Sendable (_ arguments: Arguments, _ budget: inout Budget) -> Value

extension Value {
    static let noSuchOverload = Value.failure(.noSuchOverload)

    static func invalid(_ message: String) -> Value { .failure(Failure(.invalidArgument, message)) }
    static func outOfRange(_ message: String) -> Value { .failure(Failure(.outOfRange, message)) }
}
