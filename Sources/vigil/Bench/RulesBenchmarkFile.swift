/// A rule file as a fraud team keeps one: twelve aggregates and as many rules as asked for.
enum RulesBenchmarkFile {
    static func text(rules count: Int) -> String {
        let conditions = Self.conditions
        var text = head + "rules:\n"
        for number in 0..<count {
            let (condition, action) = conditions[number % conditions.count]
            let round = number / conditions.count
            let when = round == 0 ? condition : "tx.amount > \(round).0 && (\(condition))"
            text += """
                  - id: rule-\(number)
                    when: \"\(when)\"
                    action: \(action)
                    priority: \(number % 7)
                    reason: \"{tx.amount} at {tx.terminal}, {velocity.count_1h} in an hour\"

                """
        }
        return text + tail
    }

    private static let head = """
        lists:
          risky_countries: [NG, RU, VN, BR, ID, PH]
          cash_like: [cash, gift_cards, jewellery, electronics]
          trusted: [tm-0001, tm-0002, tm-0003, tm-0004]
        velocity:
          count_1h: {function: count, window: 1h}
          count_1d: {function: count, window: 1d}
          sum_1h: {function: sum, of: tx.amount, window: 1h}
          sum_1d: {function: sum, of: tx.amount, window: 1d}
          mean_30d: {function: mean, of: tx.amount, window: 30d}
          spread_30d: {function: stddev, of: tx.amount, window: 30d}
          max_7d: {function: max, of: tx.amount, window: 7d}
          small_10m: {function: count_if, when: tx.amount < 5.0, window: 10m}
          terminals_1d: {function: distinct, of: tx.terminal, window: 1d}
          last_country: {function: last, of: tx.country, window: 7d}
          since_large: {function: time_since, when: tx.amount > 200.0, window: 7d}
          cards_at_terminal: {function: distinct, of: tx.user, key: terminal, window: 1d}

        """

    private static let tail = """
        tests:
          - name: an ordinary payment passes
            events: [{amount: 20, terminal: tm-1, category: groceries, channel: chip, country: DE, score: 0.01}]
            expect: {decision: allow}

        """

    /// What matches is rare, as it is in the field.
    private static let conditions: [(String, String)] = [
        ("velocity.count_1h >= 8", "review"), ("velocity.count_1d >= 30", "review"),
        ("velocity.sum_1h > 2000.0", "raise 0.2"), ("velocity.sum_1d > 5000.0 && tx.amount > 500.0", "review"),
        ("tx.amount > velocity.mean_30d + 6.0 * velocity.spread_30d && user.events_seen > 20", "raise 0.1"),
        ("tx.amount > 3.0 * velocity.max_7d && tx.amount > 800.0", "review"),
        ("velocity.small_10m >= 4", "decline"), ("velocity.terminals_1d >= 10", "review"),
        ("has(velocity.last_country) && velocity.last_country != tx.country && tx.amount > 900.0", "review"),
        ("has(velocity.since_large) && velocity.since_large < 60.0 && tx.amount > 500.0", "raise 0.15"),
        ("velocity.cards_at_terminal > 400 && score > 0.3", "raise 0.1"),
        ("tx.country in lists.risky_countries && tx.amount > 1200.0", "review"),
        ("tx.category in lists.cash_like && tx.amount > 900.0", "review"),
        ("tx.terminal in lists.trusted && score < 0.01 && tx.amount < 1.0", "lower 0.01"),
        ("has(tx.distance_km) && tx.distance_km > 3000.0", "review"),
        ("has(tx.distance_km) && tx.distance_km > 800.0 && tx.amount > 700.0", "review"),
        ("user.seconds_since_last < 5.0 && tx.amount > 300.0", "review"),
        ("user.events_seen < 3 && tx.amount > 1500.0", "review"),
        ("score > 0.9", "decline"), ("score > 0.7 && velocity.count_1h > 3", "decline"),
        ("tx.channel == 'online' && tx.amount > 1900.0", "review"),
        ("tx.channel == 'online' && tx.category == 'jewellery' && tx.amount > 700.0", "raise 0.1"),
        ("entity.terminal.fraud_share_7d > 0.2 && entity.terminal.count_7d > 20", "review"),
        ("entity.terminal.frauds_1d >= 3", "review"), ("entity.device.frauds_30d >= 2", "review"),
        ("tx.amount < 0.0 && tx.amount < -3000.0", "review"),
        ("now.getHours() < 5 && tx.amount > 1000.0", "review"),
        ("now.getDayOfWeek() == 0 && tx.amount > 2500.0", "review"),
        ("tx.merchant.startsWith('m-99') && tx.amount > 100.0", "review"),
        ("size(tx.country) != 2", "review"), ("tx.amount > 5000.0", "review"), ("tx.amount > 20000.0", "decline"),
        ("user.average_amount * 20.0 < tx.amount && tx.amount > 400.0", "raise 0.1"),
        ("user.last_decision == 'decline'", "review"),
        ("user.last_decision == 'review' && tx.amount > 600.0", "review"),
        ("velocity.count_1h >= 4 && velocity.sum_1h < 10.0", "review"),
        ("velocity.terminals_1d >= 5 && tx.category == 'cash'", "review"),
        ("tx.category == 'cash' && velocity.sum_1d > 1500.0", "review"),
        ("tx.channel in ['online', 'phone'] && velocity.small_10m >= 2 && tx.amount > 300.0", "review"),
        ("has(velocity.last_country) && velocity.last_country == 'US' && tx.country == 'RU'", "review"),
        ("score > 0.4 && tx.amount > 1000.0", "review"), ("score > 0.2 && velocity.count_1d > 15", "raise 0.05"),
        ("tx.amount == 999.99 || tx.amount == 1999.99", "review"),
        ("tx.merchant.matches('^m-(00|99)[0-9]*7$') && tx.amount > 700.0", "review"),
        ("user.first_seen > now - duration('24h') && tx.amount > 900.0", "review"),
        ("velocity.spread_30d > 800.0", "raise 0.01"), ("tx.amount > 50.0 * velocity.mean_30d", "review"),
        ("velocity.count_1d >= 10 && velocity.terminals_1d == 1 && tx.amount > 400.0", "review"),
        ("!has(tx.device) && tx.channel == 'online' && tx.amount > 800.0", "review"),
        ("tx.country != 'DE' && tx.category == 'electronics' && tx.amount > 1100.0", "raise 0.1"),
    ]
}
