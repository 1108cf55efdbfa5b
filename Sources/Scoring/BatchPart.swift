/// Requests that a scorer decides on, in their order, and where their outcomes go.
///
/// By their addresses: an array's subscript would copy a request, and count five references, at every look.
struct BatchPart {
    private let requests: UnsafeMutablePointer<Scorer.Request>
    private let outcomes: UnsafeMutablePointer<Scorer.Outcome>
    let count: Int

    /// - Parameters:
    ///   - requests: nobody else looks at them while the scorer decides.
    ///   - outcomes: one a request.
    init?(
        _ requests: UnsafeBufferPointer<Scorer.Request>, _ outcomes: UnsafeMutableBufferPointer<Scorer.Outcome>
    ) {
        precondition(requests.count == outcomes.count, "an outcome a request expected")
        guard let first = requests.baseAddress, let outcomes = outcomes.baseAddress else { return nil }
        self.init(requests: UnsafeMutablePointer(mutating: first), outcomes: outcomes, count: requests.count)
    }

    private init(
        requests: UnsafeMutablePointer<Scorer.Request>, outcomes: UnsafeMutablePointer<Scorer.Outcome>, count: Int
    ) {
        self.requests = requests
        self.outcomes = outcomes
        self.count = count
    }

    subscript(index: Int) -> Scorer.Request {
        unsafeAddress { UnsafePointer(requests + index) }
    }

    /// Lends a request: taken out of its place and put back, so that no reference of it is counted.
    @inline(__always)
    func lend<Result>(_ index: Int, _ body: (borrowing Scorer.Request) -> Result) -> Result {
        let place = requests + index
        let request = place.move()
        let result = body(request)
        place.initialize(to: request)
        return result
    }

    func outcome(of index: Int) -> UnsafeMutablePointer<Scorer.Outcome> { outcomes + index }

    /// Some of the part's requests as a part.
    func part(_ range: Range<Int>) -> BatchPart {
        BatchPart(requests: requests + range.lowerBound, outcomes: outcomes + range.lowerBound, count: range.count)
    }
}
