internal import Transactions

/// The requests of a batch that one scorer decides on, in their order, and where its outcomes go.
///
/// By their addresses: an array's subscript would copy a request, and count five references, at every look.
struct BatchPart {
    private let requests: UnsafeMutablePointer<Scorer.Request>
    private let outcomes: UnsafeMutablePointer<Scorer.Outcome>
    /// Which of the batch's requests are the scorer's.
    private let places: UnsafeBufferPointer<Int>

    /// - Parameters:
    ///   - requests: nobody else looks at the scorer's own while it decides on them.
    ///   - outcomes: one a request of the batch; other scorers fill the others at the same time.
    ///   - places: ascending, within the batch.
    init?(
        _ requests: UnsafeBufferPointer<Scorer.Request>, _ outcomes: UnsafeMutableBufferPointer<Scorer.Outcome>,
        places: UnsafeBufferPointer<Int>
    ) {
        precondition(requests.count == outcomes.count, "an outcome a request expected")
        guard let requests = requests.baseAddress, let outcomes = outcomes.baseAddress else { return nil }
        self.init(requests: UnsafeMutablePointer(mutating: requests), outcomes: outcomes, places: places)
    }

    private init(
        requests: UnsafeMutablePointer<Scorer.Request>, outcomes: UnsafeMutablePointer<Scorer.Outcome>,
        places: UnsafeBufferPointer<Int>
    ) {
        self.requests = requests
        self.outcomes = outcomes
        self.places = places
    }

    var count: Int { places.count }

    subscript(index: Int) -> Scorer.Request {
        unsafeAddress { UnsafePointer(requests + places[index]) }
    }

    /// Lends a request: taken out of its place and put back, so that no reference of it is counted.
    @inline(__always)
    func lend<Result>(_ index: Int, _ body: (borrowing Scorer.Request) -> Result) -> Result {
        let place = requests + places[index]
        let request = place.move()
        let result = body(request)
        place.initialize(to: request)
        return result
    }

    func outcome(of index: Int) -> UnsafeMutablePointer<Scorer.Outcome> { outcomes + places[index] }

    /// Some of the part's requests as a part.
    func part(_ range: Range<Int>) -> BatchPart {
        BatchPart(requests: requests, outcomes: outcomes, places: UnsafeBufferPointer(rebasing: places[range]))
    }
}
