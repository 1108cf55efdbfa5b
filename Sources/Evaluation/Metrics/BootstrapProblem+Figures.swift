internal import Scoring

extension BootstrapProblem {
    /// Sums over all rows of a resample, a resample a lane.
    private struct Totals {
        var events = SIMD16<Double>.zero
        var frauds = SIMD16<Double>.zero
        var flagged = SIMD16<Double>.zero
        var caught = SIMD16<Double>.zero
        var fraudAmount = SIMD16<Double>.zero
        var caughtAmount = SIMD16<Double>.zero
        var cost = SIMD16<Double>.zero
    }

    /// (lanes) for each figure.
    func figures(_ weights: ResampledWeights) -> [Figure: [Double]] {
        let totals = totals(weights)
        func lanes(_ values: SIMD16<Double>) -> [Double] { values.indices.map { values[$0] } }
        var figures = ranking(weights, events: totals.events, frauds: totals.frauds).mapValues(lanes)
        figures[.precision] = lanes(totals.caught / totals.flagged)
        figures[.recall] = lanes(totals.caught / totals.frauds)
        figures[.falsePositiveRate] = lanes((totals.flagged - totals.caught) / (totals.events - totals.frauds))
        figures[.valueRecall] = lanes(totals.caughtAmount / totals.fraudAmount)
        if costs != nil { figures[.expectedCost] = lanes(totals.cost / totals.events) }
        figures[.ece] = lanes(calibrationError(weights, events: totals.events))
        figures[.cardPrecision] = (0..<ResampledWeights.lanes).map { lane in
            var copies = weights.values.map { $0[lane] }
            return days.precision(slots: 100, copies: &copies)
        }
        return figures
    }

    private func totals(_ weights: ResampledWeights) -> Totals {
        var totals = Totals()
        for (user, own) in counts.enumerated() {
            let weight = SIMD16<Double>(weights.values[user])
            totals.events += weight * Double(own.events)
            totals.flagged += weight * Double(own.flagged)
            if let costs { totals.cost += weight * costs[user] }
            guard own.frauds > 0 else { continue }
            totals.frauds += weight * Double(own.frauds)
            totals.caught += weight * Double(own.caught)
            totals.fraudAmount += weight * own.fraudAmount
            totals.caughtAmount += weight * own.caughtAmount
        }
        return totals
    }

    private func calibrationError(_ weights: ResampledWeights, events: SIMD16<Double>) -> SIMD16<Double> {
        var bins = [SIMD16<Double>](repeating: .zero, count: Self.bins)
        for part in binParts { bins[part.bin] += SIMD16<Double>(weights.values[part.user]) * part.excess }
        var sum = SIMD16<Double>.zero
        for bin in bins { sum += bin.replacing(with: -bin, where: bin .< 0) }
        return sum / events
    }

    /// What depends on the order of scores, in one pass over the rows.
    private func ranking(
        _ weights: ResampledWeights, events: SIMD16<Double>, frauds: SIMD16<Double>
    ) -> [Figure: SIMD16<Double>] {
        var seen = SIMD16<Double>.zero
        var found = SIMD16<Double>.zero
        var area = SIMD16<Double>.zero
        var average = SIMD16<Double>.zero
        var foundAtPrecision = SIMD16<Double>.zero
        let budgets = Figure.alertRates.map { (events * $0.rate).rounded(.down) }
        // A budget that is never passed finds every fraud.
        var foundAtBudget = [SIMD16<Double>](repeating: frauds, count: budgets.count)
        var isOpen = [SIMDMask<SIMD16<Int64>>](repeating: .init(repeating: true), count: budgets.count)

        rankedUsers.withUnsafeBufferPointer { users in
            weights.values.withUnsafeBufferPointer { weights in
                var position = 0
                var fraudPosition = 0
                for step in steps {
                    let genuineBefore = Self.sum(users, position..<step.start, weights)
                    let inGroup = Self.sum(users, step.start..<step.end, weights)
                    var fraudsOfGroup = SIMD16<Double>.zero
                    for index in fraudPosition..<step.fraudEnd {
                        fraudsOfGroup += SIMD16<Double>(weights[Int(fraudUsers[index])])
                    }
                    (position, fraudPosition) = (step.end, step.fraudEnd)
                    let (before, after) = (seen + genuineBefore, seen + genuineBefore + inGroup)
                    let foundAfter = found + fraudsOfGroup
                    area += genuineBefore * found + (inGroup - fraudsOfGroup) * (found + foundAfter) * 0.5
                    let precision = (foundAfter / after).replacing(with: 0, where: after .== 0)
                    average += fraudsOfGroup * precision
                    foundAtPrecision.replace(with: foundAfter, where: foundAfter .>= after * 0.9)
                    for index in budgets.indices {
                        let crossed = isOpen[index] .& (after .> budgets[index])
                        guard crossed != .init(repeating: false) else { continue }
                        // Where the budget cuts the group, the group gives its expected share.
                        let share = ((budgets[index] - before) / inGroup).clamped(lowerBound: .zero, upperBound: .one)
                        foundAtBudget[index].replace(with: found + share * fraudsOfGroup, where: crossed)
                        isOpen[index] = isOpen[index] .& .!crossed
                    }
                    (seen, found) = (after, foundAfter)
                }
            }
        }
        area += (events - seen) * found
        var figures: [Figure: SIMD16<Double>] = [
            .aucROC: area / (frauds * (events - frauds)), .averagePrecision: average / frauds,
            .recallAtPrecision: foundAtPrecision / frauds,
        ]
        for (index, entry) in Figure.alertRates.enumerated() { figures[entry.figure] = foundAtBudget[index] / frauds }
        return figures
    }

    /// The sum of the rows' weights.
    @inline(__always)
    private static func sum(
        _ users: UnsafeBufferPointer<UInt32>, _ rows: Range<Int>, _ weights: UnsafeBufferPointer<SIMD16<UInt16>>
    ) -> SIMD16<Double> {
        var total = SIMD16<UInt32>.zero
        var row = rows.lowerBound
        while row < rows.upperBound {
            // A user is drawn less than 256 times, so 256 rows cannot overflow 16 bits.
            let end = min(row + 256, rows.upperBound)
            var part = SIMD16<UInt16>.zero
            while row < end {
                part &+= weights[Int(users[row])]
                row += 1
            }
            total &+= SIMD16<UInt32>(truncatingIfNeeded: part)
        }
        return SIMD16<Double>(total)
    }
}
