internal import Transactions

/// The requests of a batch that one scorer decides on, in their order, and where its outcomes go.
///
/// By their addresses: an array's subscript would copy a request, and count five references, at every look.
struct BatchPart {
    private let requests: UnsafePointer<Scorer.Request>
    private let outcomes: UnsafeMutablePointer<Scorer.Outcome>
    /// Which of the batch's requests are the scorer's.
    private let places: UnsafeBufferPointer<Int>

    /// - Parameters:
    ///   - outcomes: one a request of the batch; other scorers fill the others at the same time.
    ///   - places: ascending, within the batch.
    init?(
        _ requests: UnsafeBufferPointer<Scorer.Request>, _ outcomes: UnsafeMutableBufferPointer<Scorer.Outcome>,
        places: UnsafeBufferPointer<Int>
    ) {
        precondition(requests.count == outcomes.count, "an outcome a request expected")
        guard let requests = requests.baseAddress, let outcomes = outcomes.baseAddress else { return nil }
        self.requests = requests
        self.outcomes = outcomes
        self.places = places
    }

    var count: Int { places.count }

    subscript(index: Int) -> Scorer.Request {
        unsafeAddress { requests + places[index] }
    }

    func outcome(of index: Int) -> UnsafeMutablePointer<Scorer.Outcome> { outcomes + places[index] }
}
