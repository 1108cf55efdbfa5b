import Transactions

extension DayGenerator {
    /// What one user buys on one day; some of it turns to fraud at compromised terminals.
    mutating func appendGenuine(of user: Int, on day: Int, to drafts: inout [DraftTransaction]) {
        updateLife(of: user, on: day)
        let factor = isWeekend(day) ? users[user].weekendFactor : 1
        for _ in 0..<generator.poisson(users[user].dailyRate * factor) {
            var draft = genuine(of: user, on: day)
            if let compromise = map.terminals[draft.terminal].compromise {
                if day >= compromise.endDay {
                    map.terminals[draft.terminal].compromise = nil
                } else if generator.chance(compromise.share) {
                    draft.scenario = .compromisedTerminal
                    draft.amount = abs(draft.amount) * generator.uniform(1...1.8)
                }
            }
            drafts.append(draft)
        }
    }

    private mutating func genuine(of user: Int, on day: Int) -> DraftTransaction {
        let profile = users[user]
        let isOnline = generator.chance(profile.onlineShare)
        let terminal: Int
        if isOnline {
            terminal = place(of: profile.pages, elsewhere: map.online, 0.15)
        } else if let trip = profile.trip {
            terminal = generator.index(map.cities[trip.city])
        } else {
            terminal = place(of: profile.shops, elsewhere: map.cities[profile.city], 0.15)
        }
        var amount =
            profile.typicalAmount * map.terminals[terminal].category.amountFactor * generator.logNormal(profile.spread)
        if generator.chance(settings.largePurchases) { amount *= generator.uniform(3...8) }
        if generator.chance(settings.refunds) { amount = -amount }
        let channel = isOnline ? .online : channelInShop(profile)
        let device =
            channel.hasDevice ? profile.devices[generator.index(0..<profile.devices.count)] : nil
        return DraftTransaction(
            user: user, milliseconds: milliseconds(day: day, hour: hour(profile)), amount: amount, terminal: terminal,
            channel: channel, device: device)
    }

    /// Starts and ends journeys, replaces devices.
    private mutating func updateLife(of user: Int, on day: Int) {
        if let trip = users[user].trip, day >= trip.endDay { users[user].trip = nil }
        if users[user].trip == nil, generator.chance(settings.trips) {
            // Any city but the user's own.
            let step = generator.integer(1...City.all.count - 1)
            users[user].trip = SimulatedUser.Trip(
                city: (users[user].city + step) % City.all.count, endDay: day + generator.integer(3...9))
        }
        if generator.chance(settings.newDevices) {
            users[user].devices[generator.index(0..<users[user].devices.count)] = generator.next()
        }
    }

    /// One of the usual places, the first ones more often; sometimes any other.
    private mutating func place(of usual: [Int], elsewhere: Range<Int>, _ share: Double) -> Int {
        guard !usual.isEmpty, !generator.chance(share) else { return generator.index(elsewhere) }
        let unit = generator.unit()
        return usual[Int(unit * unit.squareRoot() * Double(usual.count))]
    }

    private mutating func channelInShop(_ profile: SimulatedUser) -> PaymentChannel {
        if generator.chance(profile.walletShare) { return .wallet }
        return generator.chance(profile.contactlessShare) ? .contactless : .chip
    }

    /// Around one of the user's peaks, sometimes any hour of the day.
    private mutating func hour(_ profile: SimulatedUser) -> Double {
        guard !generator.chance(0.1) else { return generator.uniform(6...23.99) }
        let peak = profile.peaks[generator.index(0..<profile.peaks.count)]
        return min(max(peak + 1.3 * generator.normal(), 0), 23.99)
    }

    private func isWeekend(_ day: Int) -> Bool {
        // 1970-01-01 was a Thursday: days 2 and 3 since then were a weekend.
        let sinceEpoch = Int(settings.start.days.rounded(.down)) + day
        let weekday = ((sinceEpoch % 7) + 7) % 7
        return weekday == 2 || weekday == 3
    }
}
