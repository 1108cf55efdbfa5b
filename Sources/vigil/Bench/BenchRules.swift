/// The rules of `vigil bench pipeline`: one that is sure to flag what the generator means it to, and two that look at more.
enum BenchRules {
    static let yaml = """
        rules:
          - id: very-large
            when: tx.amount >= 9000.0
            action: review
            priority: 20
            reason: "{tx.amount} is very large"
          - id: far-and-fast
            when: has(tx.distance_km) && tx.distance_km > 650.0 && user.seconds_since_last < 60.0
            action: score +0.01
            reason: "{tx.distance_km} km from home"
          - id: refund
            when: tx.amount < 0.0
            action: allow
            priority: 30
            reason: "refund of {tx.amount}"
        """
}
